import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListLogsRequest, ListLogsResponseSchema } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { digitsAt, textAt, timeAt } from "@animal-delivery/platform/page-position";
import { listLogs, type LogFilter, type LogPosition } from "../store/log-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { logMessage } from "./to-message.ts";

export async function listLogsPage(
  reader: Reader,
  request: ListLogsRequest,
): Promise<MessageInitShape<typeof ListLogsResponseSchema>> {
  const filter: LogFilter = {
    traceId: request.traceId,
    requestId: request.requestId,
    service: request.service,
    levelMin: request.level,
    loggedFromMs: boundMs(request.loggedAfter),
    loggedBeforeMs: boundMs(request.loggedBefore),
  };
  const { items, nextPageToken } = await readPage(request, {
    filters: filter,
    positionOf,
    read: (after, limit) => listLogs(reader, filter, after, limit),
    keyOf: ({ loggedAt, topic, partition, offset }) => [
      String(loggedAt.getTime()),
      topic,
      String(partition),
      String(offset),
    ],
  });
  return { logs: items.map(logMessage), nextPageToken };
}

function positionOf(key: readonly string[]): LogPosition {
  return {
    loggedAtMs: timeAt(key, 0).getTime(),
    topic: textAt(key, 1),
    partition: Number(digitsAt(key, 2)),
    offset: digitsAt(key, 3),
  };
}
