import type { Grant } from "@animal-delivery/platform/access/caller";
import {
  customerOfOrder,
  orderTimeline,
  type OrderTimeline,
  timelineNotFound,
  TIMELINE_ENTRIES_MAX,
} from "../domain/order-timeline.ts";
import { listEventsOfOrder } from "../store/event-repository.ts";
import { listLogsOfOrder } from "../store/log-repository.ts";
import type { Reader } from "../store/reader.ts";

/** One more than is shown tells whether there is more. */
const READ_MAX = TIMELINE_ENTRIES_MAX + 1;

/**
 * Tells the story of an order. Who may see any order sees the log lines of its traces too; a customer sees the events of an
 * order of theirs.
 *
 * @throws {DomainError} notFound TIMELINE_NOT_FOUND, for an order of somebody else too.
 */
export async function getOrderTimeline(reader: Reader, orderId: string, grant: Grant): Promise<OrderTimeline> {
  const events = await listEventsOfOrder(reader, orderId, READ_MAX);
  if (events.length === 0) throw timelineNotFound(orderId);
  if (grant.relations.has("any")) {
    return orderTimeline(events, await listLogsOfOrder(reader, orderId, READ_MAX));
  }
  const subject = grant.caller.user?.subject;
  const isCustomer = grant.relations.has("customer") && subject !== undefined;
  if (!isCustomer || customerOfOrder(orderId, events) !== subject) throw timelineNotFound(orderId);
  return orderTimeline(events, []);
}
