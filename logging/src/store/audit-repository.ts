import { AUDIT_TYPE, type AuditEntry, auditEntryOf } from "../domain/audit-entry.ts";
import type { EventPosition } from "./event-repository.ts";
import { EVENT_COLUMNS, eventFromSelected, type SelectedEvent } from "./event-row.ts";
import type { Reader } from "./reader.ts";
import { allOf } from "./where.ts";

/** Which acts; what is empty or undefined does not narrow. */
export interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly recordedFromMs: number | undefined;
  readonly recordedBeforeMs: number | undefined;
}

/** An act and its place in the list. */
export interface ListedAudit extends EventPosition {
  readonly entry: AuditEntry;
}

/**
 * Lists a page of privileged acts, the newest first, after a position. They are few among the events: the index of types
 * passes over the parts of the table that hold none.
 */
export async function listAudit(
  reader: Reader,
  filter: AuditFilter,
  after: EventPosition | undefined,
  limit: number,
): Promise<ListedAudit[]> {
  const where = allOf([
    "type = {type:String}",
    filter.actor !== "" && "JSONExtractString(payload, 'actor') = {actor:String}",
    filter.action !== "" && "JSONExtractString(payload, 'action') = {action:String}",
    filter.resource !== "" && "JSONExtractString(payload, 'resource') = {resource:String}",
    filter.resourceId !== "" && "JSONExtractString(payload, 'resource_id') = {resource_id:String}",
    filter.recordedFromMs !== undefined && "occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64})",
    filter.recordedBeforeMs !== undefined && "occurred_at < fromUnixTimestamp64Milli({before_ms:Int64})",
    after &&
      `occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64})
       and (occurred_at, event_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_id:UUID})`,
  ]);
  const rows = await reader.rows<SelectedEvent>(
    "listAudit",
    `select ${EVENT_COLUMNS}
       from events
      where ${where}
      order by occurred_at desc, event_id desc
      limit 1 by occurred_at, event_id
      limit {limit:UInt32}`,
    {
      type: AUDIT_TYPE,
      actor: filter.actor,
      action: filter.action,
      resource: filter.resource,
      resource_id: filter.resourceId,
      from_ms: filter.recordedFromMs ?? 0,
      before_ms: filter.recordedBeforeMs ?? 0,
      ...(after && { after_ms: after.occurredAtMs, after_id: after.eventId }),
      limit,
    },
  );
  return rows.map(eventFromSelected).map((event) => {
    return { entry: auditEntryOf(event), occurredAtMs: event.occurredAt.getTime(), eventId: event.eventId };
  });
}
