import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Position } from "../domain/position.ts";

/** Stores positions that are not there yet; answers the device sequences that were new. */
export async function insertPositions(
  tx: Queryable,
  deliveryId: string,
  positions: readonly Position[],
): Promise<bigint[]> {
  const { rows } = await tx.query<{ device_sequence: string }>(
    "insert_positions",
    `insert into positions (delivery_id, device_sequence, device_time, latitude, longitude)
     select $1, p.device_sequence, p.device_time, p.latitude, p.longitude
       from unnest($2::bigint[], $3::timestamptz[], $4::float8[], $5::float8[])
         as p (device_sequence, device_time, latitude, longitude)
         on conflict do nothing
     returning device_sequence`,
    [
      deliveryId,
      positions.map((position) => position.deviceSequence),
      positions.map((position) => position.deviceTime),
      positions.map((position) => position.latitude),
      positions.map((position) => position.longitude),
    ],
  );
  return rows.map((row) => BigInt(row.device_sequence));
}

/** Writes the change that tells a delivery's streams of its newest position. */
export async function insertPositionChange(
  tx: Queryable,
  deliveryId: string,
  seq: bigint,
  deviceSequence: bigint,
): Promise<void> {
  await tx.query(
    "insert_position_change",
    `insert into delivery_changes (delivery_id, seq, device_sequence)
     values ($1, $2, $3)`,
    [deliveryId, seq, deviceSequence],
  );
}

/** What one statement of the purge may delete, and what it has deleted. */
export interface PurgeExtent {
  /** Deliveries whose positions are all gone. */
  readonly deliveries: number;
  readonly positions: number;
}

/**
 * Deletes positions of deliveries finished before a time, the earliest finished first, with the changes that point at them:
 * no more than `max`. Fewer of both means that none is left. Two purges at once take different deliveries.
 */
export function deletePositionsFinishedBefore(db: Queryable, before: Date, max: PurgeExtent): Promise<PurgeExtent> {
  const done = `finished_at < $1 and last_sequence is not null
        order by finished_at
        limit $2
          for update skip locked`;
  return deletePositions(db, "delete_positions_finished_before", done, before, max);
}

/**
 * Deletes positions of deliveries that a person ordered or carried, with the changes that point at them: no more than `max`.
 * Fewer of both means that none is left.
 */
export function deletePositionsOf(db: Queryable, personId: string, max: PurgeExtent): Promise<PurgeExtent> {
  const theirs = `(customer_id = $1 or courier_id = $1) and last_sequence is not null
        order by delivery_id
        limit $2
          for update`;
  return deletePositions(db, "delete_positions_of", theirs, personId, max);
}

/** @param chosen which deliveries, by `value` as `$1`, up to `$2` of them, locked. */
async function deletePositions(
  db: Queryable,
  name: string,
  chosen: string,
  value: Date | string,
  max: PurgeExtent,
): Promise<PurgeExtent> {
  const { rows } = await db.query<{ deliveries: number; positions: number }>(
    name,
    `with done as materialized (
       select delivery_id
         from deliveries
        where ${chosen}
     ), chunk as materialized (
       select delivery_id, p.device_sequence
         from done join positions p using (delivery_id)
        limit $3
     ), purged as (
       delete from positions p
        using chunk
        where p.delivery_id = chunk.delivery_id and p.device_sequence = chunk.device_sequence
     ), freed as (
       update deliveries d
          set last_sequence = null
         from done
        where d.delivery_id = done.delivery_id
          and (select count(*) from chunk) < $3
       returning d.delivery_id
     )
     select (select count(*) from freed)::int as deliveries, (select count(*) from chunk)::int as positions`,
    [value, max.deliveries, max.positions],
  );
  return rows[0] ?? { deliveries: 0, positions: 0 };
}
