import {
  CourierAssignedSchema,
  DeliveryCancelledSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import type { EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { on, type EventHandler } from "@animal-delivery/platform/inbox/event-handler";
import { endRoom, letCourierIn, prepareRoom, tellStep, type RoomRules } from "../rooms/lead-room.ts";

/** The topic of deliveries that the messenger listens to. */
export const DELIVERY_EVENTS = "delivery.events";

/** What the messenger does about deliveries' events: their rooms. What it hears of late ends as if it had heard of it in time. */
export function deliveryEventHandlers(rules: RoomRules): EventHandler[] {
  const end =
    (text: string) =>
    (tx: Transaction, { deliveryId }: { deliveryId: string }, { occurredAt }: EventEnvelope) =>
      endRoom(tx, rules, deliveryId, { text, endedAt: new Date(Number(occurredAt)) });
  return [
    on(DeliveryStartedSchema, (tx, { deliveryId, customerId }) => prepareRoom(tx, deliveryId, customerId)),
    on(CourierAssignedSchema, (tx, { deliveryId, courierId }) => letCourierIn(tx, rules, deliveryId, courierId)),
    on(DeliveryPickedUpSchema, (tx, { deliveryId }) => tellStep(tx, deliveryId, "The animal is on board.")),
    on(DeliveryCompletedSchema, end("The animal was handed over.")),
    on(DeliveryFailedSchema, end("The delivery was given up.")),
    on(DeliveryCancelledSchema, end("The delivery was called off.")),
  ];
}
