import { DomainError } from "../errors.ts";

export function parkedEventNotFound(eventId: string): DomainError {
  return new DomainError("notFound", "PARKED_EVENT_NOT_FOUND", "no such event is parked", { event_id: eventId });
}

export function parkedEventWaits(eventId: string, firstEventId: string): DomainError {
  const facts = { event_id: eventId, first_event_id: firstEventId };
  return new DomainError(
    "refused",
    "PARKED_EVENT_WAITS",
    `the event waits behind ${firstEventId} of its aggregate`,
    facts,
  );
}

export function consumerNotFound(consumer: string): DomainError {
  return new DomainError("notFound", "CONSUMER_NOT_FOUND", `the service has no consumer ${consumer}`, { consumer });
}

export function nothingToPark(): DomainError {
  return new DomainError("refused", "NOTHING_TO_PARK", "the service has neither an outbox nor an inbox");
}

export function policyUnreadable(cause: unknown): DomainError {
  return new DomainError("refused", "POLICY_UNREADABLE", "the policy cannot be used, the old one holds", {}, { cause });
}
