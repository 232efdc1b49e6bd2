import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListEventsRequest,
  ListEventsResponseSchema,
} from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import type { StoredEvent } from "../domain/stored-event.ts";
import { type EventFilter, type EventPosition, listEvents } from "../store/event-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { eventMessage } from "./to-message.ts";
import { isMoment, pageTokenInvalid } from "./position.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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
  const size = pageSize(request.pageSize);
  const after = positionOf(decodePageToken(request.pageToken, filter));
  const events = await listEvents(reader, filter, after, size + 1);
  const page = events.slice(0, size);
  const last = events.length > size ? page.at(-1) : undefined;
  return {
    events: page.map(eventMessage),
    nextPageToken: last ? encodePageToken(filter, partsOf(last)) : "",
  };
}

function partsOf({ occurredAt, eventId }: StoredEvent): string[] {
  return [String(occurredAt.getTime()), eventId];
}

function positionOf(parts: readonly string[] | undefined): EventPosition | undefined {
  if (!parts) return undefined;
  const [ms = "", eventId = ""] = parts;
  if (!isMoment(ms) || !UUID.test(eventId)) throw pageTokenInvalid();
  return { occurredAtMs: Number(ms), eventId };
}
