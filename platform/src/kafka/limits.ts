import type { Backoff } from "../backoff.ts";

const KIB = 1024;

/** Largest value plus key and headers of one record; as on the log in Postgres. */
export const RECORD_BYTES_MAX = 1024 * KIB;
/** What a topic takes as one batch: the largest record and what Kafka writes around it. */
export const BATCH_BYTES_MAX = RECORD_BYTES_MAX + 64 * KIB;
/** How much one send carries. */
export const SEND_BYTES_MAX = 900 * KIB;
/** What Kafka writes around a record, generously. */
export const RECORD_OVERHEAD_BYTES = 64;

export const CONNECT_MS_MAX = 3_000;
/** How long one request may take; Kafka itself is told to answer a produce a little sooner. */
export const REQUEST_MS_MAX = 10_000;
export const PRODUCE_MS_MAX = 8_000;
/** How long `publish` may take: longer than it takes to replace a leader, which was seen to take 13.7 s. */
export const PUBLISH_MS_MAX = 20_000;
/** How long questions about topics and offsets may take. */
export const ADMIN_MS_MAX = 15_000;

/** A member that was not heard of for so long is dead: with the heartbeats' pace, it is replaced within 12 s. */
export const SESSION_MS = 10_000;
export const HEARTBEAT_MS = 500;
/** How long a fetch waits for records. Also how long a partition waits that comes back from a slow handler. */
export const FETCH_WAIT_MS = 250;
/** What a fetch brings of one partition, and of all. */
export const PARTITION_BYTES_MAX = 1024 * KIB;
export const FETCH_BYTES_MAX = 8 * PARTITION_BYTES_MAX;
/** How long the group waits for its members at a rebalance. */
export const REBALANCE_MS = 20_000;
/** How long a rebalance waits for our handlers: less than the session, since nobody sends heartbeats meanwhile. */
export const HAND_OVER_MS = 5_000;
/** How long a leaving member waits for its handlers. */
export const DRAIN_MS = 10_000;
/** How long a handler may go without a heartbeat before its partitions go to others. */
export const HANDLER_SILENCE_MS = 30_000;
/** A member without any sign of life for so long is torn down: more than a slow rebalance takes. */
export const MEMBER_SILENCE_MS = 40_000;
/** How long closing a client may take. */
export const CLOSE_MS_MAX = 5_000;

export const BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000 };
/** The pace at which a lost member joins again; a group that waits costs more than a request. */
export const JOIN_BACKOFF: Backoff = { firstMs: 100, maxMs: 3_000 };
