import type { Delivery, FailureReason } from "../domain/delivery.ts";
import type { Journey } from "../domain/journey.ts";
import type { DeliveryStatus } from "../domain/status.ts";

/** The columns of a delivery, of the table under the alias `d`. */
export const DELIVERY_COLUMNS = `d.delivery_id, d.order_id, d.customer_id, d.courier_id, d.status, d.pickup, d.drop_off,
              d.recipient, d.note, d.cargo, d.failure_reason, d.started_at, d.updated_at, d.version, d.change_seq,
              d.last_sequence`;

export interface DeliveryRow {
  delivery_id: string;
  order_id: string;
  customer_id: string;
  courier_id: string | null;
  status: DeliveryStatus;
  pickup: Journey["pickup"];
  drop_off: Journey["dropOff"];
  recipient: Journey["recipient"];
  note: string;
  cargo: Journey["cargo"];
  failure_reason: FailureReason | null;
  started_at: Date;
  updated_at: Date;
  version: string;
  change_seq: string;
  last_sequence: string | null;
}

export function deliveryFromRow(row: DeliveryRow): Delivery {
  return {
    deliveryId: row.delivery_id,
    orderId: row.order_id,
    customerId: row.customer_id,
    courierId: row.courier_id ?? undefined,
    status: row.status,
    journey: {
      pickup: row.pickup,
      dropOff: row.drop_off,
      recipient: row.recipient,
      note: row.note,
      cargo: row.cargo,
    },
    failureReason: row.failure_reason ?? undefined,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    version: BigInt(row.version),
    changeSeq: BigInt(row.change_seq),
    lastSequence: row.last_sequence === null ? undefined : BigInt(row.last_sequence),
  };
}
