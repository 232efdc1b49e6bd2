import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListLogsRequest, ListLogsResponseSchema } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { decodePageToken, encodePageToken, pageSize } from "@animal-delivery/platform/page";
import type { StoredLog } from "../domain/stored-log.ts";
import { listLogs, type LogFilter, type LogPosition } from "../store/log-repository.ts";
import type { Reader } from "../store/reader.ts";
import { boundMs } from "./bound.ts";
import { isMoment, pageTokenInvalid } from "./position.ts";
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
  const size = pageSize(request.pageSize);
  const after = positionOf(decodePageToken(request.pageToken, filter));
  const logs = await listLogs(reader, filter, after, size + 1);
  const page = logs.slice(0, size);
  const last = logs.length > size ? page.at(-1) : undefined;
  return {
    logs: page.map(logMessage),
    nextPageToken: last ? encodePageToken(filter, partsOf(last)) : "",
  };
}

function partsOf({ loggedAt, topic, partition, offset }: StoredLog): string[] {
  return [String(loggedAt.getTime()), topic, String(partition), String(offset)];
}

function positionOf(parts: readonly string[] | undefined): LogPosition | undefined {
  if (!parts) return undefined;
  const [ms = "", topic = "", partition = "", offset = ""] = parts;
  if (!isMoment(ms) || !/^\d{1,9}$/.test(partition) || !/^\d{1,18}$/.test(offset)) throw pageTokenInvalid();
  return { loggedAtMs: Number(ms), topic, partition: Number(partition), offset };
}
