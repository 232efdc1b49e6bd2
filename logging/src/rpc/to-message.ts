import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  AuditEntrySchema,
  StatisticsBucketSchema,
  StoredEventSchema,
  StoredLogSchema,
  TimelineEntrySchema,
} from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import type { AuditEntry } from "../domain/audit-entry.ts";
import type { TimelineEntry } from "../domain/order-timeline.ts";
import type { StoredEvent } from "../domain/stored-event.ts";
import { LEVELS, type StoredLog } from "../domain/stored-log.ts";
import type { StatisticsBucket } from "../store/statistics-repository.ts";

export function eventMessage(event: StoredEvent): MessageInitShape<typeof StoredEventSchema> {
  return {
    eventId: event.eventId,
    type: event.type,
    aggregateId: event.aggregateId,
    aggregateVersion: event.aggregateVersion,
    occurredAt: timestampFromDate(event.occurredAt),
    correlationId: event.correlationId,
    traceId: event.traceId,
    topic: event.topic,
    payload: JSON.parse(event.payload) as JsonObject,
  };
}

export function logMessage(log: StoredLog): MessageInitShape<typeof StoredLogSchema> {
  return {
    loggedAt: timestampFromDate(log.loggedAt),
    service: log.service,
    level: LEVELS[log.level],
    message: log.message,
    traceId: log.traceId,
    spanId: log.spanId,
    requestId: log.requestId,
    correlationId: log.correlationId,
    fields: JSON.parse(log.fields) as JsonObject,
  };
}

export function auditMessage(entry: AuditEntry): MessageInitShape<typeof AuditEntrySchema> {
  const { recordedAt, before, after, ...texts } = entry;
  return { ...texts, recordedAt: timestampFromDate(recordedAt), before: { ...before }, after: { ...after } };
}

export function entryMessage(entry: TimelineEntry): MessageInitShape<typeof TimelineEntrySchema> {
  return {
    at: timestampFromDate(entry.at),
    entry: entry.event
      ? { case: "event", value: eventMessage(entry.event) }
      : { case: "log", value: logMessage(entry.log) },
  };
}

export function bucketMessage(bucket: StatisticsBucket): MessageInitShape<typeof StatisticsBucketSchema> {
  const { startsAt, deliveryMsP50, deliveryMsP95, ...counts } = bucket;
  return {
    ...counts,
    startsAt: timestampFromDate(startsAt),
    deliverySecondsP50: deliveryMsP50 / 1_000,
    deliverySecondsP95: deliveryMsP95 / 1_000,
  };
}
