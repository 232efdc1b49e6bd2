import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import {
  CourierAvailabilityChangedSchema,
  CourierRegisteredSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/courier_events_pb";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import type { Courier } from "../domain/courier.ts";
import { AVAILABILITY_ON_WIRE } from "./enums.ts";
import { TOPIC } from "./topic.ts";

export function tellCourierRegistered(tx: Transaction, courier: Courier): Promise<void> {
  return tell(tx, courier, CourierRegisteredSchema, { courierId: courier.courierId });
}

export function tellAvailabilityChanged(tx: Transaction, courier: Courier): Promise<void> {
  const { courierId, availability } = courier;
  return tell(tx, courier, CourierAvailabilityChangedSchema, {
    courierId,
    availability: AVAILABILITY_ON_WIRE[availability],
  });
}

function tell<D extends DescMessage>(
  tx: Transaction,
  { courierId, version }: Courier,
  schema: D,
  message: MessageInitShape<D>,
): Promise<void> {
  return appendEvent(tx, { topic: TOPIC, aggregateId: courierId, aggregateVersion: version, schema, message });
}
