import { randomUUID } from "node:crypto";
import type { Bus, ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { until } from "../until.ts";

const DLQ = "dlq";
const READ_MS_MAX = 60_000;

/** How many records the dead-letter topic holds. */
export async function countDeadLetters(bus: Bus): Promise<bigint> {
  // A group that never was has everything before it.
  const lags = await bus.lag("faults-nobody", [DLQ]);
  return lags.reduce((sum, { records }) => sum + records, 0n);
}

/** Nothing was given up but what was meant to be. */
export function checkDeadLetters(before: bigint, after: bigint, poison = 0): string[] {
  return after - before === BigInt(poison) ? [] : [`${after - before} dead letters, ${poison} were injected`];
}

/** The dead letters there are, without the first `skipped`. The topic has one partition. */
export async function deadLettersAfter(skipped: bigint, bus: Bus): Promise<ConsumedRecord[]> {
  const group = `faults-${randomUUID()}`;
  const letters = new Map<bigint, ConsumedRecord>();
  const stop = new AbortController();
  const consumed = bus.consume(
    {
      group,
      topics: [DLQ],
      batchRecordsMax: 100,
      async handle(batch) {
        for (const record of batch.records) letters.set(record.offset, record);
        await batch.commit(batch.records.at(-1)?.offset ?? 0n);
      },
    },
    stop.signal,
  );
  try {
    const isRead = async () => (await bus.lag(group, [DLQ])).every(({ records }) => records === 0n);
    await until("the dead letters are read", READ_MS_MAX, isRead);
  } finally {
    stop.abort();
    await consumed;
  }
  return [...letters.values()].toSorted((a, b) => Number(a.offset - b.offset)).slice(Number(skipped));
}
