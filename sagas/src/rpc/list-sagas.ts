import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type {
  ListSagasRequest,
  ListSagasResponseSchema,
} from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import { listSagas } from "../store/list-sagas.ts";
import { sagaMessage, stateOf } from "./saga-message.ts";

/** One page of sagas, without their steps. */
export async function sagaPage(
  db: Queryable,
  request: ListSagasRequest,
): Promise<MessageInitShape<typeof ListSagasResponseSchema>> {
  const filters = {
    kind: request.kind || undefined,
    state: stateOf(request.state),
    startedBefore: timeBound(request.startedBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters,
    positionOf: (key) => ({ sagaId: idAt(key, 0), startedAt: timeAt(key, 1) }),
    read: (after, limit) => listSagas(db, filters, after, limit),
    keyOf: (saga) => [saga.sagaId, String(saga.startedAt.getTime())],
  });
  return { sagas: items.map(sagaMessage), nextPageToken };
}

/** No saga began before, nor will after these: 1970 and the end of 9999, in seconds. Dates and Postgres hold both. */
const SECONDS_MAX = 253_402_300_799;

/** A bound for stored times, which are whole milliseconds: rounding up does not change what lies before it. */
function timeBound(time: Timestamp | undefined): Date | undefined {
  if (!time) return undefined;
  const seconds = Math.min(Math.max(Number(time.seconds), 0), SECONDS_MAX);
  return new Date(seconds * 1000 + Math.ceil(time.nanos / 1_000_000));
}
