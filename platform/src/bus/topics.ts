import type { TopicSpec } from "./bus.ts";

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;

/** Every topic there is; sizes are of one partition. A new one needs a line here, and an ADR. */
export const TOPICS = [
  /** Orders and products, by aggregate id. */
  { topic: "orders.events", partitions: 6, retentionMs: 30 * DAY_MS, retentionBytes: 4 * GIB },
  /** Deliveries and couriers, by aggregate id. */
  { topic: "delivery.events", partitions: 6, retentionMs: 30 * DAY_MS, retentionBytes: 4 * GIB },
  /** Users, by user id. */
  { topic: "accounts.events", partitions: 6, retentionMs: 30 * DAY_MS, retentionBytes: 4 * GIB },
  /** Notes, by note id. */
  { topic: "notes.events", partitions: 6, retentionMs: 30 * DAY_MS, retentionBytes: 4 * GIB },
  /** What the privileged did, by the record's own id. */
  { topic: "audit.events", partitions: 1, retentionMs: 90 * DAY_MS },
  /** What a saga asks of a service, by saga id. */
  { topic: "saga.commands", partitions: 6, retentionMs: 7 * DAY_MS, retentionBytes: GIB },
  /** What the services answer, by saga id. */
  { topic: "saga.replies", partitions: 6, retentionMs: 7 * DAY_MS, retentionBytes: GIB },
  /** Log lines of all services, as JSON. */
  { topic: "logs", partitions: 3, retentionMs: 3 * DAY_MS, retentionBytes: GIB },
  /** Events that a consumer gave up, with their cause. */
  { topic: "dlq", partitions: 1, retentionMs: 90 * DAY_MS },
] as const satisfies readonly TopicSpec[];
