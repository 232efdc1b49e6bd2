import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryStatus, FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type * as courier from "../domain/courier.ts";
import type * as delivery from "../domain/delivery.ts";
import type * as status from "../domain/status.ts";

/** The contract's name of each domain word. Both directions are read from these tables. */
export const STATUS_ON_WIRE = {
  pending: DeliveryStatus.PENDING,
  assigned: DeliveryStatus.ASSIGNED,
  picked_up: DeliveryStatus.PICKED_UP,
  delivered: DeliveryStatus.DELIVERED,
  failed: DeliveryStatus.FAILED,
  cancelled: DeliveryStatus.CANCELLED,
} as const satisfies Record<status.DeliveryStatus, DeliveryStatus>;

export const FAILURE_ON_WIRE = {
  animal_unfit: FailureReason.ANIMAL_UNFIT,
  animal_absent: FailureReason.ANIMAL_ABSENT,
  papers_missing: FailureReason.PAPERS_MISSING,
  recipient_absent: FailureReason.RECIPIENT_ABSENT,
  recipient_refused: FailureReason.RECIPIENT_REFUSED,
  address_unreachable: FailureReason.ADDRESS_UNREACHABLE,
  vehicle_failure: FailureReason.VEHICLE_FAILURE,
  animal_died: FailureReason.ANIMAL_DIED,
} as const satisfies Record<delivery.FailureReason, FailureReason>;

export const AVAILABILITY_ON_WIRE = {
  off_duty: Availability.OFF_DUTY,
  available: Availability.AVAILABLE,
} as const satisfies Record<courier.Availability, Availability>;

/** The domain word of a contract's value; undefined for UNSPECIFIED. Validation let no other value through. */
export function fromWire<W extends string>(table: Record<W, number>, value: number): W | undefined {
  return (Object.keys(table) as W[]).find((word) => table[word] === value);
}
