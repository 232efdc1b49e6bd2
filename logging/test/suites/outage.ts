// ClickHouse away, hung, or heard no more from in the middle of an insert: a gate stands between it and logging.
import { setTimeout as sleep } from "node:timers/promises";
import { type TcpGate, tcpGate } from "@animal-delivery/platform/testing/tcp-gate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClickHouse } from "../../src/store/clickhouse.ts";
import { failedInserts, handing, IngestFixture, ready, WAIT } from "../ingest-fixture.ts";
import type { TestEngines } from "../test-engines.ts";

let at: IngestFixture;
let cleanUp: AsyncDisposableStack;

export function outageSuite(engines: TestEngines): void {
  beforeEach(async () => {
    cleanUp = new AsyncDisposableStack();
    at = cleanUp.use(await IngestFixture.on(engines));
  });

  afterEach(() => cleanUp.disposeAsync());

  describe("logging", () => {
    it("stops while ClickHouse is away, is not ready, loses nothing and goes on by itself", async () => {
      const { gate, clickhouse } = await gated();
      await using running = at.start({ clickhouse });
      await at.givenEvents(10);
      await at.drained();
      await expect(ready(running.service)).resolves.toBeUndefined();

      await gate.close();
      await at.givenEvents(50);
      await expect(ready(running.service)).rejects.toThrow(/ECONNREFUSED|socket hang up/);
      // It has tried at least once, and committed nothing.
      await expect.poll(() => failedInserts(running.telemetry), WAIT).toBeGreaterThan(0);
      expect(await at.lagOf("logging.events")).toBe(100n);

      await gate.open();
      await at.drained();
      await expect(ready(running.service)).resolves.toBeUndefined();
      expect(await at.countOf("stored_events")).toBe(120);
    });

    it("tells each event once when it died between insert and commit", async () => {
      await at.givenEvents(20);
      const bus = handing(at.bus, (batch, handle) =>
        handle({ ...batch, commit: () => Promise.reject(new Error("the process died")) }),
      );
      const dying = at.start({ bus });
      await expect.poll(() => at.countOf("events"), WAIT).toBeGreaterThanOrEqual(40);
      await dying[Symbol.asyncDispose]();
      expect(await at.lagOf("logging.events")).toBe(40n);

      await using _running = at.start();
      await at.drained();

      expect(await at.countOf("stored_events")).toBe(40);
    });

    it("tells each event once when inserts were done and their answers lost", async () => {
      const { gate, clickhouse } = await gated();
      await at.store.clickhouse.command({ query: "system stop merges events" });
      gate.loseAnswers();
      await using running = at.start({ clickhouse });
      await at.givenEvents(50);
      await expect.poll(() => failedInserts(running.telemetry), WAIT).toBeGreaterThan(3);
      await expect.poll(() => at.countOf("events"), WAIT).toBeGreaterThan(100);

      await gate.open();
      await at.drained();

      expect(await at.countOf("events")).toBeGreaterThan(100);
      expect(await at.countOf("stored_events")).toBe(100);
    });

    it("keeps its partitions while ClickHouse hangs for longer than a handler may be silent", async () => {
      const lost: string[] = [];
      const bus = handing(at.bus, async (batch, handle) => {
        const note = () => lost.push(`${batch.topic} ${batch.partition}`);
        batch.signal.addEventListener("abort", note);
        await handle(batch).finally(() => batch.signal.removeEventListener("abort", note));
      });
      const { gate, clickhouse } = await gated(engines.handlerSilenceMs + 30_000);
      await using _running = at.start({ bus, clickhouse });
      await at.givenEvents(10);
      await at.drained();

      gate.hang();
      await at.givenEvents(50);
      await sleep(engines.handlerSilenceMs + 2_000);
      expect(await at.lagOf("logging.events")).toBe(100n);
      await gate.open();
      await at.drained();

      expect(lost).toEqual([]);
      expect(await at.countOf("stored_events")).toBe(120);
    });
  });
}

/** A gate before ClickHouse, and clients that go through it. */
async function gated(requestTimeoutMs = 10_000): Promise<{ gate: TcpGate; clickhouse: typeof at.store.clickhouses }> {
  const gate = await tcpGate(at.store.options.url);
  const client = openClickHouse({ ...at.store.options, url: gate.url, requestTimeoutMs });
  cleanUp.defer(async () => {
    await client.close();
    await gate.close();
  });
  return { gate, clickhouse: { writer: client, reader: client } };
}
