// The way from the bus into ClickHouse: a real bus and a real ClickHouse.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BusTransport } from "@animal-delivery/platform/log/bus-transport";
import { createLogger } from "@animal-delivery/platform/log/logger";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { handing, IngestFixture, WAIT } from "../ingest-fixture.ts";
import type { TestEngines } from "../test-engines.ts";

let at: IngestFixture;

export function ingestSuite(engines: TestEngines): void {
  beforeEach(async () => {
    at = await IngestFixture.on(engines);
  });

  afterEach(() => at[Symbol.asyncDispose]());

  describe("logging", () => {
    it("stores the events of every topic and commits them", async () => {
      await at.givenEvents(30);
      await using running = at.start();

      await at.drained();

      expect(await at.countOf("stored_events")).toBe(60);
      expect(await running.telemetry.meters.registry.metrics()).toMatch(
        /events_stored_total\{type="orders.v1.OrderCreated",service="logging"\} 30/,
      );
    });

    it("says of each event, in its own trace, that it is stored", async () => {
      const [record] = await at.givenEvents(1);
      await using running = at.start();

      await expect.poll(() => running.telemetry.lines, WAIT).toHaveLength(2);

      const { traceparent = "" } = record?.headers ?? {};
      expect(running.telemetry.lines).toContainEqual(
        expect.objectContaining({
          message: "event stored",
          aggregate_id: record?.key,
          trace_id: traceparent.split("-")[1],
          correlation_id: "corr 0",
        }),
      );
    });

    it("stores the lines of every logger, its own too, and makes no line about a line", async () => {
      const meters = createMeters("logging");
      const transport = new BusTransport({ service: "logging", meters });
      transport.connect(at.bus);
      const log = createLogger({ service: "logging", level: "info", transports: [transport] });
      await at.givenEvents(5);
      await using _running = at.start({ telemetry: { log, meters } });

      await expect.poll(() => at.countOf("stored_logs"), WAIT).toBe(10);
      await transport.drain();
      await expect.poll(() => at.lagOf("logging.logs"), WAIT).toBe(0n);

      expect(await at.countOf("stored_logs where message = 'event stored' and service = 'logging'")).toBe(10);
      expect(await at.countOf("stored_logs")).toBe(10);
    });

    it("goes on after a record that is no event, and keeps it", async () => {
      await at.bus.publish("orders.events", [{ key: "poison", value: Buffer.from("garbage"), headers: {} }]);
      await at.givenEvents(5);
      await using running = at.start();

      await at.drained();

      expect(await at.countOf("stored_events")).toBe(10);
      const poison = "unreadable_records where record_key = 'poison' and base64Decode(value) = 'garbage'";
      expect(await at.countOf(poison)).toBe(1);
      expect(running.telemetry.lines).toContainEqual(
        expect.objectContaining({ level: "error", topic: "orders.events" }),
      );
    });

    it("takes in 20,000 events while it holds no more than a batch of each partition", async () => {
      await at.givenEvents(10_000);
      const held = { now: 0, most: 0 };
      const batchRowsMax = 500;
      const bus = handing(at.bus, async (batch, handle) => {
        held.now += batch.records.length;
        held.most = Math.max(held.most, held.now);
        await handle(batch).finally(() => (held.now -= batch.records.length));
      });
      await using _running = at.start({ bus, batchRowsMax });

      await at.drained();

      expect(await at.countOf("stored_events")).toBe(20_000);
      expect(held.most).toBeLessThanOrEqual(12 * batchRowsMax);
      // Large inserts, not one for each record.
      const parts = "system.parts where table = 'events' and database = currentDatabase() and active";
      expect(await at.countOf(parts)).toBeLessThan(60);
    });
  });
}
