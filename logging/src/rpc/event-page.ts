import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import type { StoredEvent } from "../domain/stored-event.ts";
import type { EventPosition } from "../store/newest-events.ts";

/** How a page of events is found again: by time and id. */
export const EVENT_PLACE = {
  positionOf: (key: readonly string[]): EventPosition => ({
    occurredAtMs: timeAt(key, 0).getTime(),
    eventId: idAt(key, 1),
  }),
  keyOf: ({ occurredAt, eventId }: StoredEvent): string[] => [String(occurredAt.getTime()), eventId],
};
