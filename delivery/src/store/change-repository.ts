import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Change, Snapshot } from "../domain/change.ts";
import type { DeliveryStatus } from "../domain/status.ts";
import { stepFromRow, type StepRow } from "./history-repository.ts";
import { deliveriesOf, type Visibility } from "./visibility.ts";

interface PositionColumns {
  device_sequence: string;
  device_time: Date;
  latitude: number;
  longitude: number;
}

type SnapshotRow = {
  delivery_id: string;
  status: DeliveryStatus;
  courier_id: string | null;
  change_seq: string;
  updated_at: Date;
} & (PositionColumns | { device_sequence: null });

type ChangeRow = { seq: string } & ((StepRow & { device_sequence: null }) | PositionColumns);

/** Where a delivery stands, in one statement and so at one moment; undefined when the caller may see none. */
export async function findSnapshot(
  db: Queryable,
  deliveryId: string,
  visibility: Visibility,
): Promise<Snapshot | undefined> {
  const { rows } = await db.query<SnapshotRow>(
    "find_snapshot",
    `select d.delivery_id, d.status, d.courier_id, d.change_seq, d.updated_at, p.device_sequence, p.device_time,
            p.latitude, p.longitude
       from deliveries d
       left join positions p on p.delivery_id = d.delivery_id and p.device_sequence = d.last_sequence
      where d.delivery_id = $2
        and ${deliveriesOf(visibility)}`,
    [visibility.subject, deliveryId],
  );
  return rows[0] && snapshotFromRow(rows[0]);
}

/** Lists up to `limit` changes of a delivery after the change `seq`, in order. */
export async function listChanges(db: Queryable, deliveryId: string, seq: bigint, limit: number): Promise<Change[]> {
  const { rows } = await db.query<ChangeRow>(
    "list_changes",
    `select c.seq, h.status, h.actor, h.reason, h.changed_at, p.device_sequence, p.device_time, p.latitude, p.longitude
       from delivery_changes c
       left join delivery_history h on h.delivery_id = c.delivery_id and h.version = c.history_version
       left join positions p on p.delivery_id = c.delivery_id and p.device_sequence = c.device_sequence
      where c.delivery_id = $1
        and c.seq > $2
      order by c.seq
      limit $3`,
    [deliveryId, seq, limit],
  );
  return rows.map(changeFromRow);
}

/** The newest change of each of these deliveries. */
export async function listNewestChanges(
  db: Queryable,
  deliveryIds: readonly string[],
): Promise<{ deliveryId: string; seq: bigint }[]> {
  const { rows } = await db.query<{ delivery_id: string; change_seq: string }>(
    "list_newest_changes",
    `select delivery_id, change_seq
       from deliveries
      where delivery_id = any($1::uuid[])`,
    [deliveryIds],
  );
  return rows.map((row) => ({ deliveryId: row.delivery_id, seq: BigInt(row.change_seq) }));
}

function positionFromRow(row: PositionColumns) {
  return {
    deviceSequence: BigInt(row.device_sequence),
    deviceTime: row.device_time,
    latitude: row.latitude,
    longitude: row.longitude,
  };
}

function snapshotFromRow(row: SnapshotRow): Snapshot {
  return {
    kind: "snapshot",
    seq: BigInt(row.change_seq),
    deliveryId: row.delivery_id,
    status: row.status,
    courierId: row.courier_id ?? undefined,
    lastPosition: row.device_sequence === null ? undefined : positionFromRow(row),
    updatedAt: row.updated_at,
  };
}

function changeFromRow(row: ChangeRow): Change {
  const seq = BigInt(row.seq);
  return row.device_sequence === null
    ? { kind: "status", seq, step: stepFromRow(row) }
    : { kind: "position", seq, position: positionFromRow(row) };
}
