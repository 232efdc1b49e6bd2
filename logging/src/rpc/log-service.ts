import type { ServiceImpl } from "@connectrpc/connect";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { Interval, type LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { getOrderTimeline } from "../app/get-order-timeline.ts";
import { type Interval as IntervalName, statisticsRange } from "../domain/statistics-range.ts";
import type { Reader } from "../store/reader.ts";
import { listStatistics } from "../store/statistics-repository.ts";
import { boundMs } from "./bound.ts";
import { listAuditPage } from "./list-audit.ts";
import { listEventsPage } from "./list-events.ts";
import { listLogsPage } from "./list-logs.ts";
import { bucketMessage, entryMessage } from "./to-message.ts";

const INTERVALS = new Map<Interval, IntervalName>([
  [Interval.MINUTE, "minute"],
  [Interval.HOUR, "hour"],
  [Interval.DAY, "day"],
]);

/** The RPCs of logging, over what ClickHouse holds. */
export function logService(reader: Reader): ServiceImpl<typeof LogService> {
  return {
    listAudit: (request) => listAuditPage(reader, request),
    listEvents: (request) => listEventsPage(reader, request),
    listLogs: (request) => listLogsPage(reader, request),
    async getOrderTimeline({ orderId }, context) {
      const { entries, truncated } = await getOrderTimeline(reader, orderId.toLowerCase(), grantOf(context));
      return { entries: entries.map(entryMessage), truncated };
    },
    async getStatistics({ interval, from, to }) {
      const range = statisticsRange(INTERVALS.get(interval) ?? "hour", dateOf(from), dateOf(to), new Date());
      const buckets = await listStatistics(reader, range);
      return { buckets: buckets.map(bucketMessage) };
    },
  };
}

function dateOf(time: Timestamp | undefined): Date | undefined {
  const ms = boundMs(time);
  return ms === undefined ? undefined : new Date(ms);
}
