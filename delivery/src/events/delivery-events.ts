import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import {
  CancellationRefusedSchema,
  CourierAssignedSchema,
  DeliveryCancelledSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { Delivery } from "../domain/delivery.ts";
import { FAILURE_ON_WIRE, STATUS_ON_WIRE } from "./enums.ts";
import { TOPIC } from "./topic.ts";

/** Tells one event of a delivery in the transaction that changed it. */
export type TellDelivery = (tx: Transaction, delivery: Delivery) => Promise<void>;

export const tellDeliveryStarted: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, DeliveryStartedSchema, { ...idsOf(delivery), customerId: delivery.customerId });

export const tellCourierAssigned: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, CourierAssignedSchema, { ...idsOf(delivery), courierId: delivery.courierId ?? "" });

export const tellDeliveryPickedUp: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, DeliveryPickedUpSchema, idsOf(delivery));

export const tellDeliveryCompleted: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, DeliveryCompletedSchema, idsOf(delivery));

export const tellDeliveryFailed: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, DeliveryFailedSchema, {
    ...idsOf(delivery),
    ...(delivery.failureReason && { reason: FAILURE_ON_WIRE[delivery.failureReason] }),
  });

export const tellDeliveryCancelled: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, DeliveryCancelledSchema, idsOf(delivery));

export const tellCancellationRefused: TellDelivery = (tx, delivery) =>
  tell(tx, delivery, CancellationRefusedSchema, { ...idsOf(delivery), status: STATUS_ON_WIRE[delivery.status] });

function idsOf({ deliveryId, orderId }: Delivery) {
  return { deliveryId, orderId };
}

function tell<D extends DescMessage>(
  tx: Transaction,
  delivery: Delivery,
  schema: D,
  message: MessageInitShape<D>,
): Promise<void> {
  const { deliveryId, version } = delivery;
  return appendEvent(tx, { topic: TOPIC, aggregateId: deliveryId, aggregateVersion: version, schema, message });
}
