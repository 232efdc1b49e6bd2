import { describe, expect, it, vi } from "vitest";
import type { BusRecord } from "../bus/bus.ts";
import { DomainError } from "../errors.ts";
import { currentContext, runInContext } from "../request-context.ts";
import { createMeters } from "../telemetry/metrics.ts";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { BusTransport } from "./bus-transport.ts";
import { createLogger } from "./logger.ts";

describe("BusTransport", () => {
  it("publishes lines in order under the service's name, those from before the bus too", async () => {
    const { log, transport } = given();
    const bus = recordingBus();
    log.info("first");

    transport.connect(bus);
    log.info("second");
    await transport.drain();

    expect(bus.messages).toEqual(["first", "second"]);
    expect(bus.records.map((record) => record.key)).toEqual(["orders", "orders"]);
  });

  it("publishes by itself within its interval", async () => {
    const { log, transport } = given();
    const bus = recordingBus();
    transport.connect(bus);

    log.info("alone");

    await vi.waitFor(() => expect(bus.messages).toEqual(["alone"]), 5_000);
  });

  it("drops the oldest lines when the queue is full, and counts them", async () => {
    const { log, transport, meters } = given(3);
    const bus = recordingBus();
    for (const message of ["1", "2", "3", "4", "5"]) log.info(message);

    transport.connect(bus);
    await transport.drain();

    expect(bus.messages).toEqual(["3", "4", "5"]);
    expect(await meters.registry.metrics()).toMatch(/^log_lines_dropped_total\{service="orders"\} 2$/m);
  });

  it("publishes again what the bus did not acknowledge, and nothing twice", async () => {
    const { log, transport } = given();
    const bus = recordingBus();
    bus.refuse.push("b");
    for (const message of ["a", "b", "c"]) log.info(message);

    transport.connect(bus);
    await transport.drain();

    expect(bus.messages).toEqual(["a", "c", "b"]);
  });

  it("keeps its lines while the bus is away", async () => {
    const { log, transport } = given();
    const bus = recordingBus();
    bus.awayCalls = 1;
    log.info("patient");

    transport.connect(bus);
    await transport.drain(5_000);

    expect(bus.messages).toEqual(["patient"]);
  });

  it("ends draining in time when the bus hangs", async () => {
    const { log, transport } = given();
    log.info("stuck");
    transport.connect({ publish: () => new Promise(() => undefined) });

    await expect(transport.drain(50)).resolves.toBeUndefined();
  });

  it("publishes outside the context of the request that logged", async () => {
    const { log, transport } = given();
    let contextOfBus: unknown = "never called";
    transport.connect({
      publish: async (_, records) => {
        contextOfBus = currentContext();
        return new Set(records.keys());
      },
    });
    const request = { requestId: "r", correlationId: "c", trace: ROOT_CONTEXT, signal: AbortSignal.abort() };

    for (let line = 0; line < 500; line++) runInContext(request, () => log.info("in a request"));
    await transport.drain();

    expect(contextOfBus).toBeUndefined();
  });
});

function given(queueLinesMax = 10_000) {
  const meters = createMeters("orders");
  const transport = new BusTransport({ service: "orders", meters, queueLinesMax });
  return { meters, transport, log: createLogger({ service: "orders", level: "info", transports: [transport] }) };
}

/** A bus that keeps what it takes: it refuses a message named in `refuse` once, and is away for `awayCalls` calls. */
function recordingBus() {
  const records: BusRecord[] = [];
  const textOf = (record: BusRecord) =>
    (JSON.parse(Buffer.from(record.value).toString()) as { message: string }).message;
  return {
    records,
    refuse: [] as string[],
    awayCalls: 0,
    get messages() {
      return records.map(textOf);
    },
    async publish(_topic: string, given: readonly BusRecord[]) {
      if (this.awayCalls-- > 0) throw new DomainError("unavailable", "BUS_AWAY", "the bus is away");
      const refused = this.refuse.splice(0);
      const taken = given.filter((record) => !refused.includes(textOf(record)));
      records.push(...taken);
      return new Set(taken.map((record) => given.indexOf(record)));
    },
  };
}
