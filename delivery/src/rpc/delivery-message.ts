import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  CargoSchema,
  DeliverySchema,
  DeliveryStatusChangeSchema,
  Position as PositionMessage,
  PositionSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Sex, Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import type { Delivery, Step } from "../domain/delivery.ts";
import type { Cargo } from "../domain/journey.ts";
import type { Position } from "../domain/position.ts";
import { FAILURE_ON_WIRE, STATUS_ON_WIRE } from "../events/enums.ts";

/** @param steps the history; none in lists. */
export function deliveryMessage(
  delivery: Delivery,
  steps: readonly Step[] = [],
): MessageInitShape<typeof DeliverySchema> {
  const { journey, failureReason } = delivery;
  return {
    deliveryId: delivery.deliveryId,
    orderId: delivery.orderId,
    customerId: delivery.customerId,
    courierId: delivery.courierId ?? "",
    status: STATUS_ON_WIRE[delivery.status],
    pickup: journey.pickup,
    dropOff: journey.dropOff,
    recipient: journey.recipient,
    note: journey.note,
    cargo: journey.cargo.map(cargoMessage),
    ...(failureReason && { failureReason: FAILURE_ON_WIRE[failureReason] }),
    startedAt: timestampFromDate(delivery.startedAt),
    updatedAt: timestampFromDate(delivery.updatedAt),
    history: steps.map(stepMessage),
  };
}

export function stepMessage(step: Step): MessageInitShape<typeof DeliveryStatusChangeSchema> {
  return {
    status: STATUS_ON_WIRE[step.status],
    actor: step.actor,
    reason: step.reason,
    changedAt: timestampFromDate(step.changedAt),
  };
}

export function positionMessage(position: Position): MessageInitShape<typeof PositionSchema> {
  return { ...position, deviceTime: timestampFromDate(position.deviceTime) };
}

export function positionFromMessage(message: PositionMessage): Position {
  const { deviceSequence, deviceTime, latitude, longitude } = message;
  if (!deviceTime) throw new Error("validation let a position without its time through");
  return { deviceSequence, deviceTime: timestampDate(deviceTime), latitude, longitude };
}

function cargoMessage({ animal, quantity }: Cargo): MessageInitShape<typeof CargoSchema> {
  return { animal: { ...animal, species: animal.species as Species, sex: animal.sex as Sex }, quantity };
}
