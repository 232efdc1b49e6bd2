import { DomainError } from "@animal-delivery/platform/errors";

/** Each refusal of the contract's `delivery.v1.Reason`, made in one place. */

export function deliveryNotFound(deliveryId: string): DomainError {
  return new DomainError("notFound", "DELIVERY_NOT_FOUND", "there is no such delivery", { delivery_id: deliveryId });
}

/** @param to what was asked for: a status, or what else the status does not allow. */
export function deliveryStatusRefused(from: string, to: string): DomainError {
  return new DomainError("refused", "DELIVERY_STATUS_REFUSED", `delivery cannot go from ${from} to ${to}`, {
    from,
    to,
  });
}

export function positionsRefused(from: string): DomainError {
  return new DomainError("refused", "DELIVERY_STATUS_REFUSED", `a delivery that is ${from} takes no positions`, {
    from,
  });
}

export function orderNotFound(orderId: string, options?: ErrorOptions): DomainError {
  return new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order", { order_id: orderId }, options);
}

export function orderStatusRefused(orderId: string, options?: ErrorOptions): DomainError {
  const message = "the order is cancelled, finished or taken by another delivery";
  return new DomainError("refused", "ORDER_STATUS_REFUSED", message, { order_id: orderId }, options);
}

export function courierNotFound(courierId: string): DomainError {
  return new DomainError("notFound", "COURIER_NOT_FOUND", "there is no such courier", { courier_id: courierId });
}

export function courierExists(courierId: string): DomainError {
  return new DomainError("alreadyExists", "COURIER_EXISTS", "this courier is registered already", {
    courier_id: courierId,
  });
}

/** @param because `off_duty` or `carries_another`. */
export function courierUnavailable(courierId: string, because: "off_duty" | "carries_another"): DomainError {
  const message = because === "off_duty" ? "the courier is off duty" : "the courier carries another delivery";
  return new DomainError("refused", "COURIER_UNAVAILABLE", message, { courier_id: courierId, because });
}

export function resumeTokenInvalid(): DomainError {
  return new DomainError("invalid", "RESUME_TOKEN_INVALID", "no stream of this delivery gave out this resume token");
}

export function streamLimitReached(max: number): DomainError {
  return new DomainError("exhausted", "STREAM_LIMIT_REACHED", "too many open streams; close one first", {
    max: max.toString(),
  });
}

/** The person's account is being deleted, or was. */
export function personClosed(personId: string): DomainError {
  return new DomainError("refused", "PERSON_CLOSED", "the person's account is closed", { person_id: personId });
}

/** @param deliveryId one that is under way. */
export function personBusy(personId: string, deliveryId: string): DomainError {
  const message = "a delivery that the person ordered or carries is under way";
  return new DomainError("refused", "PERSON_BUSY", message, { person_id: personId, delivery_id: deliveryId });
}
