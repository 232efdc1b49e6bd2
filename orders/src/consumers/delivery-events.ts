import {
  CancellationRefusedSchema,
  DeliveryCancelledSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import {
  FailureReasonSchema,
  type FailureReason,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { on, type EventHandler } from "@animal-delivery/platform/inbox/event-handler";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { followDelivery, type DeliveryReport } from "../app/follow-delivery.ts";
import type { OrderObserver } from "../observe-orders.ts";

/** The topic that orders listens to. */
export const DELIVERY_EVENTS = "delivery.events";

interface DeliveryEvent {
  readonly orderId: string;
  readonly deliveryId: string;
  readonly reason?: FailureReason;
}

/** Moves orders as their deliveries tell. */
export function deliveryEventHandlers(observer: OrderObserver, log: Logger): EventHandler[] {
  const tell =
    (news: DeliveryReport["news"]) =>
    (tx: Transaction, { orderId, deliveryId, reason }: DeliveryEvent) =>
      followDelivery(tx, { observer, log }, { orderId, deliveryId, news, reason: reasonName(reason) });
  return [
    on(DeliveryPickedUpSchema, tell("pickedUp")),
    on(DeliveryCompletedSchema, tell("completed")),
    on(DeliveryFailedSchema, tell("failed")),
    on(DeliveryCancelledSchema, tell("cancelled")),
    on(CancellationRefusedSchema, tell("cancellationRefused")),
  ];
}

/** The contract's name of the reason; the number of one that is newer than this code; empty without one. */
function reasonName(reason: FailureReason | undefined): string {
  return reason === undefined ? "" : (FailureReasonSchema.value[reason]?.name ?? String(reason));
}
