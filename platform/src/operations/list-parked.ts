import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  ParkedIn,
  type ListParkedRequest,
  type ListParkedResponseSchema,
  type ParkedEventSchema,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { readPage } from "../page.ts";
import { digitsAt, idAt, textAt } from "../page-position.ts";
import { timeBound } from "../time-bound.ts";
import { findConsumers } from "./find-consumers.ts";
import type { OperableEvents } from "./operable.ts";
import { listParked, type ParkedFilter, type ParkedItem } from "./parked-repository.ts";

const PLACES: Readonly<Record<ParkedIn, ParkedItem["parkedIn"] | undefined>> = {
  [ParkedIn.UNSPECIFIED]: undefined,
  [ParkedIn.OUTBOX]: "outbox",
  [ParkedIn.CONSUMER]: "consumer",
};

/** One page of what is parked. Who names a consumer does not ask about the outbox. */
export async function parkedPage(
  events: OperableEvents,
  request: ListParkedRequest,
): Promise<MessageInitShape<typeof ListParkedResponseSchema>> {
  const filters: ParkedFilter = {
    parkedIn: request.consumer === "" ? PLACES[request.parkedIn] : "consumer",
    consumers: findConsumers(events, request.consumer).map(({ consumer }) => consumer),
    type: request.type,
    aggregateId: request.aggregateId,
    cause: request.cause,
    parkedFrom: timeBound(request.parkedAfter),
    parkedBefore: timeBound(request.parkedBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters,
    positionOf: (key) => ({ parkedAtUs: digitsAt(key, 0), eventId: idAt(key, 1), consumer: textAt(key, 2) }),
    read: (after, limit) => listParked(events.db, filters, after, limit),
    keyOf: ({ parkedAtUs, eventId, consumer }) => [parkedAtUs, eventId, consumer],
  });
  return { events: items.map(parkedMessage), nextPageToken };
}

function parkedMessage(item: ParkedItem): MessageInitShape<typeof ParkedEventSchema> {
  const { parkedIn, place, parkedAt, isFirst, waiting, ...texts } = item;
  return {
    ...texts,
    ...place,
    parkedIn: parkedIn === "outbox" ? ParkedIn.OUTBOX : ParkedIn.CONSUMER,
    parkedAt: timestampFromDate(parkedAt),
    first: isFirst,
    waiting: BigInt(waiting),
  };
}
