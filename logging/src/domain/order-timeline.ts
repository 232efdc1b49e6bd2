import { DomainError } from "@animal-delivery/platform/errors";
import type { StoredEvent } from "./stored-event.ts";
import type { StoredLog } from "./stored-log.ts";

/** The longest timeline; what comes later is left out and said so. */
export const TIMELINE_ENTRIES_MAX = 1_000;

export type TimelineEntry =
  | { readonly at: Date; readonly event: StoredEvent; readonly log?: undefined }
  | { readonly at: Date; readonly log: StoredLog; readonly event?: undefined };

export interface OrderTimeline {
  /** By time, the first thing first. */
  readonly entries: readonly TimelineEntry[];
  readonly truncated: boolean;
}

/** Joins events and lines, each by time, into one list; at the same millisecond the event stands first. */
export function orderTimeline(events: readonly StoredEvent[], logs: readonly StoredLog[]): OrderTimeline {
  const entries: TimelineEntry[] = [
    ...events.map((event) => ({ at: event.occurredAt, event })),
    ...logs.map((log) => ({ at: log.loggedAt, log })),
  ];
  // The sort is stable: entries of one moment keep the order of their lists.
  entries.sort((left, right) => left.at.getTime() - right.at.getTime());
  return { entries: entries.slice(0, TIMELINE_ENTRIES_MAX), truncated: entries.length > TIMELINE_ENTRIES_MAX };
}

/** The subject of the customer who placed the order; undefined when its first event is not among these. */
export function customerOfOrder(orderId: string, events: readonly StoredEvent[]): string | undefined {
  const created = events.find((event) => event.type === "orders.v1.OrderCreated" && event.aggregateId === orderId);
  if (!created) return undefined;
  const { customer_id: customerId } = JSON.parse(created.payload) as { customer_id?: unknown };
  return typeof customerId === "string" && customerId !== "" ? customerId : undefined;
}

export function timelineNotFound(orderId: string): DomainError {
  return new DomainError("notFound", "TIMELINE_NOT_FOUND", "nothing is known of this order", { order_id: orderId });
}
