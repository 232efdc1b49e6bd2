import type { BusRecord } from "../bus/bus.ts";
import type { Transaction } from "../db/database.ts";
import { laneOf } from "./lane.ts";
import { outboxWake } from "./outbox-wake.ts";

/** A record as the outbox keeps it. */
export interface OutboxRecord extends BusRecord {
  /** UUID, unique in this outbox. */
  readonly eventId: string;
  readonly topic: string;
}

/** Leaves a record for the relay, and wakes it after the commit. */
export async function appendRecord(tx: Transaction, record: OutboxRecord): Promise<void> {
  const { eventId, topic, key, value, headers } = record;
  const { buffer, byteOffset, byteLength } = value;
  await tx.query(
    "append_outbox_record",
    `insert into outbox (event_id, topic, key, lane, value, headers)
     values ($1, $2, $3, $4, $5, $6)`,
    [eventId, topic, key, laneOf(key), Buffer.from(buffer, byteOffset, byteLength), JSON.stringify(headers)],
  );
  tx.afterCommit(() => outboxWake(tx.database).wake());
}
