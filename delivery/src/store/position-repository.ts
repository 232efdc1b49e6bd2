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

/**
 * Deletes the positions of up to `limit` deliveries finished before a time, with the changes that point at them; answers of
 * how many deliveries. Two purges at once take different deliveries.
 */
export async function deletePositionsFinishedBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    "delete_positions_finished_before",
    `with done as (
       select delivery_id
         from deliveries
        where finished_at < $1
          and last_sequence is not null
        order by finished_at
        limit $2
          for update skip locked
     ), purged as (
       delete from positions p
        using done
        where p.delivery_id = done.delivery_id
     )
     update deliveries d
        set last_sequence = null
       from done
      where d.delivery_id = done.delivery_id`,
    [before, limit],
  );
  return rowCount;
}
