import { randomUUID } from "node:crypto";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { decodeEvent } from "@animal-delivery/platform/inbox/received-event";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { TopicOrder } from "./checks/topic-order.ts";
import type { Stores } from "./stores.ts";

/** The platform's bus, as one of its services would open it. */
export function openBusOf({ bus }: Stores): Promise<Bus> {
  return openBus(bus, testTelemetry("faults"));
}

/** Somebody who reads a topic while it is hurt, from its beginning, and watches the order of each aggregate. */
export interface Probe extends AsyncDisposable {
  readonly order: TopicOrder;
  /** Resolves when it has read everything that is there. */
  caughtUp(): Promise<boolean>;
}

export function startProbe(bus: Bus, topic: string): Probe {
  const group = `faults-${randomUUID()}`;
  const order = new TopicOrder();
  const stop = new AbortController();
  const consumed = bus.consume(
    {
      group,
      topics: [topic],
      batchRecordsMax: 1_000,
      async handle(batch) {
        for (const record of batch.records) {
          const event = decodeEvent({ topic, partition: batch.partition, record });
          // What is no event has no order.
          if (!event) continue;
          const { aggregateId, aggregateVersion: version } = event.envelope;
          order.see({ aggregateId, version });
        }
        await batch.commit(batch.records.at(-1)?.offset ?? 0n);
      },
    },
    stop.signal,
  );
  return {
    order,
    caughtUp: async () => (await bus.lag(group, [topic])).every(({ records }) => records === 0n),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await consumed;
    },
  };
}
