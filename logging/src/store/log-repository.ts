import type { StoredLog } from "../domain/stored-log.ts";
import { LOG_COLUMNS, logFromSelected, type SelectedLog } from "./log-row.ts";
import type { Reader } from "./reader.ts";
import { allOf } from "./where.ts";

/** Which lines; what is empty, zero or undefined does not narrow. */
export interface LogFilter {
  readonly traceId: string;
  readonly requestId: string;
  readonly service: string;
  /** Lines of this level (the number of `LEVELS`) or worse. */
  readonly levelMin: number;
  readonly loggedFromMs: number | undefined;
  readonly loggedBeforeMs: number | undefined;
}

/** The sort key of a line in a page. */
export interface LogPosition {
  readonly loggedAtMs: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** Lists a page of log lines, the newest first, after a position; collapsed as in `listEvents`. */
export async function listLogs(
  reader: Reader,
  filter: LogFilter,
  after: LogPosition | undefined,
  limit: number,
): Promise<StoredLog[]> {
  const where = allOf([
    filter.traceId !== "" && "trace_id = {trace_id:String}",
    filter.requestId !== "" && "request_id = {request_id:String}",
    filter.service !== "" && "service = {service:String}",
    filter.levelMin > 0 && "toUInt8(level) >= {level:UInt8}",
    filter.loggedFromMs !== undefined && "logged_at >= fromUnixTimestamp64Milli({from_ms:Int64})",
    filter.loggedBeforeMs !== undefined && "logged_at < fromUnixTimestamp64Milli({before_ms:Int64})",
    after &&
      `logged_at <= fromUnixTimestamp64Milli({after_ms:Int64})
       and (logged_at, topic, topic_partition, topic_offset)
         < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_topic:String}, {after_partition:UInt32}, {after_offset:Int64})`,
  ]);
  const rows = await reader.rows<SelectedLog>(
    "listLogs",
    `select ${LOG_COLUMNS}
       from logs
      where ${where}
      order by logged_at desc, topic desc, topic_partition desc, topic_offset desc
      limit 1 by logged_at, topic, topic_partition, topic_offset
      limit {limit:UInt32}`,
    {
      trace_id: filter.traceId,
      request_id: filter.requestId,
      service: filter.service,
      level: filter.levelMin,
      from_ms: filter.loggedFromMs ?? 0,
      before_ms: filter.loggedBeforeMs ?? 0,
      ...(after && positionParams(after)),
      limit,
    },
  );
  return rows.map(logFromSelected);
}

function positionParams({ loggedAtMs, topic, partition, offset }: LogPosition) {
  return { after_ms: loggedAtMs, after_topic: topic, after_partition: partition, after_offset: offset };
}

/** Lists the first lines by time of the traces in which an order's or its deliveries' events happened. */
export async function listLogsOfOrder(reader: Reader, orderId: string, limit: number): Promise<StoredLog[]> {
  const rows = await reader.rows<SelectedLog>(
    "listLogsOfOrder",
    `select ${LOG_COLUMNS}
       from stored_logs
      where trace_id in (
              select trace_id
                from stored_events
               where (aggregate_id = {order_id:String} or order_id = {order_id:String}) and trace_id != ''
            )
      order by logged_at, topic, topic_partition, topic_offset
      limit {limit:UInt32}`,
    { order_id: orderId, limit },
  );
  return rows.map(logFromSelected);
}
