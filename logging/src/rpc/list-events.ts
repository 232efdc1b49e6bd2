import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListEventsRequest,
  ListEventsResponseSchema,
} from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { type EventFilter, listEvents } from "../store/event-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { EVENT_PLACE } from "./event-page.ts";
import { eventMessage } from "./to-message.ts";

export async function listEventsPage(
  reader: Reader,
  request: ListEventsRequest,
): Promise<MessageInitShape<typeof ListEventsResponseSchema>> {
  const filter: EventFilter = {
    aggregateId: request.aggregateId,
    type: request.type,
    correlationId: request.correlationId,
    occurredFromMs: boundMs(request.occurredAfter),
    occurredBeforeMs: boundMs(request.occurredBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters: filter,
    read: (after, limit) => listEvents(reader, filter, after, limit),
    ...EVENT_PLACE,
  });
  return { events: items.map(eventMessage), nextPageToken };
}
