import type { Queryable } from "@animal-delivery/platform/db/database";
import { finishedAt, type Delivery } from "../domain/delivery.ts";
import type { DeliveryStatus } from "../domain/status.ts";
import { DELIVERY_COLUMNS, deliveryFromRow, type DeliveryRow } from "./delivery-row.ts";
import { deliveriesOf, type Visibility } from "./visibility.ts";

/** Reads one delivery; undefined when there is none that the caller may see. */
export async function findDelivery(
  db: Queryable,
  deliveryId: string,
  visibility: Visibility,
): Promise<Delivery | undefined> {
  const { rows } = await db.query<DeliveryRow>(
    "find_delivery",
    `select ${DELIVERY_COLUMNS}
       from deliveries d
      where d.delivery_id = $2
        and ${deliveriesOf(visibility)}`,
    [visibility.subject, deliveryId],
  );
  return rows[0] && deliveryFromRow(rows[0]);
}

/**
 * Reads one delivery and locks its row until the transaction ends; undefined when there is none that the caller may see.
 * Whoever locks a courier too locks the delivery first.
 */
export async function findDeliveryForUpdate(
  tx: Queryable,
  deliveryId: string,
  visibility: Visibility,
): Promise<Delivery | undefined> {
  const { rows } = await tx.query<DeliveryRow>(
    "find_delivery_for_update",
    `select ${DELIVERY_COLUMNS}
       from deliveries d
      where d.delivery_id = $2
        and ${deliveriesOf(visibility)}
        for update of d`,
    [visibility.subject, deliveryId],
  );
  return rows[0] && deliveryFromRow(rows[0]);
}

/** Inserts a new delivery unless its order has one; whether it did. Waits for a twin that is inserting it. */
export async function insertDelivery(tx: Queryable, delivery: Delivery): Promise<boolean> {
  const { journey } = delivery;
  const { rowCount } = await tx.query(
    "insert_delivery",
    `insert into deliveries (delivery_id, order_id, customer_id, status, pickup, drop_off, recipient, note, cargo,
                             started_at, updated_at, version, change_seq)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict do nothing`,
    [
      delivery.deliveryId,
      delivery.orderId,
      delivery.customerId,
      delivery.status,
      JSON.stringify(journey.pickup),
      JSON.stringify(journey.dropOff),
      JSON.stringify(journey.recipient),
      journey.note,
      JSON.stringify(journey.cargo),
      delivery.startedAt,
      delivery.updatedAt,
      delivery.version,
      delivery.changeSeq,
    ],
  );
  return rowCount === 1;
}

/**
 * Writes what may change of a delivery. The caller holds the row's lock.
 *
 * @throws pg's unique violation of `deliveries_courier_live` when the courier carries another delivery.
 */
export async function saveDelivery(tx: Queryable, delivery: Delivery): Promise<void> {
  await tx.query(
    "save_delivery",
    `update deliveries
        set courier_id = $2, status = $3, failure_reason = $4, updated_at = $5, finished_at = $6, version = $7,
            change_seq = $8, last_sequence = $9
      where delivery_id = $1`,
    [
      delivery.deliveryId,
      delivery.courierId ?? null,
      delivery.status,
      delivery.failureReason ?? null,
      delivery.updatedAt,
      finishedAt(delivery) ?? null,
      delivery.version,
      delivery.changeSeq,
      delivery.lastSequence ?? null,
    ],
  );
}

/** What a list is narrowed to. */
export interface DeliveryFilter {
  readonly status: DeliveryStatus | undefined;
  readonly orderId: string | undefined;
  readonly courierId: string | undefined;
}

/** The place of a delivery in the list: the newest first. */
export interface DeliveryPlace {
  readonly startedAt: Date;
  readonly deliveryId: string;
}

/** Lists up to `limit` deliveries that the caller may see, the newest first, after a place. */
export async function listDeliveries(
  db: Queryable,
  visibility: Visibility,
  { status, orderId, courierId }: DeliveryFilter,
  after: DeliveryPlace | undefined,
  limit: number,
): Promise<Delivery[]> {
  // A text for each set of filters, so that each has a plan that walks its own index.
  const { rows } = await db.query<DeliveryRow>(
    "list_deliveries",
    `select ${DELIVERY_COLUMNS}
       from deliveries d
      where ${deliveriesOf(visibility)}
        and (d.started_at, d.delivery_id) < ($2, $3)
        ${status ? "and d.status = $5" : "and $5::text is null"}
        ${orderId ? "and d.order_id = $6" : "and $6::text is null"}
        ${courierId ? "and d.courier_id = $7" : "and $7::text is null"}
      order by d.started_at desc, d.delivery_id desc
      limit $4`,
    [
      visibility.subject,
      after?.startedAt ?? "infinity",
      after?.deliveryId ?? "ffffffff-ffff-ffff-ffff-ffffffffffff",
      limit,
      status,
      orderId,
      courierId,
    ],
  );
  return rows.map(deliveryFromRow);
}
