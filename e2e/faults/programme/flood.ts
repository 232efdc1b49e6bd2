import { randomUUID } from "node:crypto";
import { OrderTransitStartedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { laneOf } from "@animal-delivery/platform/outbox/lane";
import { makeEvent } from "./event-record.ts";
import type { Stores } from "./stores.ts";

const ROWS_PER_INSERT = 1_000;
/** Events of one aggregate. */
const VERSIONS = 100;
const TOPIC = "orders.events";

/** An event's row in the outbox, in the order of the table's columns. */
type Row = readonly [eventId: string, key: string, lane: number, value: Buffer, headers: string];

/**
 * Writes events straight into the outbox of orders: many aggregates in turns, each with gapless versions. They speak of
 * orders that nobody placed, by a type that only the event store takes in.
 */
export async function flood(total: number, stores: Stores): Promise<void> {
  const db = stores.database("orders");
  const aggregates = Array.from({ length: Math.ceil(total / VERSIONS) }, () => randomUUID());
  for (let written = 0; written < total; written += ROWS_PER_INSERT) {
    const count = Math.min(ROWS_PER_INSERT, total - written);
    const rows = Array.from({ length: count }, (_, index) => {
      const at = written + index;
      return rowOf(aggregates[at % aggregates.length] ?? "", BigInt(Math.floor(at / aggregates.length) + 1));
    });
    await db.query(
      `insert into outbox (event_id, topic, key, lane, value, headers)
       select event_id, '${TOPIC}', key, lane, value, headers
         from unnest($1::uuid[], $2::text[], $3::smallint[], $4::bytea[], $5::jsonb[])
           as row (event_id, key, lane, value, headers)`,
      [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column])),
    );
  }
}

function rowOf(aggregateId: string, aggregateVersion: bigint): Row {
  const { eventId, record } = makeEvent({ aggregateId, aggregateVersion }, OrderTransitStartedSchema, {
    orderId: aggregateId,
  });
  return [eventId, record.key, laneOf(record.key), Buffer.from(record.value), JSON.stringify(record.headers)];
}
