import type { TopicSpec } from "./bus.ts";

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;

/** Every topic there is. A new one needs a line here, and an ADR. */
export const TOPICS = [
  /** Orders and products, by aggregate id. */
  { topic: "orders.events", partitions: 6, retentionMs: 30 * DAY_MS },
  /** Deliveries and couriers, by aggregate id. */
  { topic: "delivery.events", partitions: 6, retentionMs: 30 * DAY_MS },
  /** Log lines of all services, as JSON. */
  { topic: "logs", partitions: 3, retentionMs: 3 * DAY_MS, retentionBytes: GIB },
  /** Events that a consumer gave up, with their cause. */
  { topic: "dlq", partitions: 1, retentionMs: 90 * DAY_MS },
] as const satisfies readonly TopicSpec[];
