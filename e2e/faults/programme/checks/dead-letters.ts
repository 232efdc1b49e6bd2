import type { Bus } from "@animal-delivery/platform/bus/bus";

const DLQ = "dlq";

/** How many records the dead-letter topic holds. */
export async function countDeadLetters(bus: Bus): Promise<bigint> {
  // A group that never was has everything before it.
  const lags = await bus.lag("faults-nobody", [DLQ]);
  return lags.reduce((sum, { records }) => sum + records, 0n);
}

/** Nothing was given up but what was meant to be. */
export function checkDeadLetters(before: bigint, after: bigint, poison = 0n): string[] {
  return after - before === poison ? [] : [`${after - before} dead letters, ${poison} were injected`];
}
