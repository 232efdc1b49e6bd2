import { AUDIT_TYPE } from "../domain/audit-entry.ts";
import type { StoredEvent } from "../domain/stored-event.ts";
import { type EventPosition, readNewest } from "./newest-events.ts";
import type { Reader } from "./reader.ts";

/** Which acts; what is empty or undefined does not narrow. */
export interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly recordedFromMs: number | undefined;
  readonly recordedBeforeMs: number | undefined;
}

/**
 * Lists a page of the events that tell privileged acts, the newest first, after a position. They are few among the events:
 * the index of types passes over the parts of the table that hold none.
 */
export async function listAudit(
  reader: Reader,
  { actor, action, resource, resourceId, recordedFromMs, recordedBeforeMs }: AuditFilter,
  after: EventPosition | undefined,
  limit: number,
): Promise<StoredEvent[]> {
  const conditions = [
    "type = {type:String}",
    actor !== "" && "JSONExtractString(payload, 'actor') = {actor:String}",
    action !== "" && "JSONExtractString(payload, 'action') = {action:String}",
    resource !== "" && "JSONExtractString(payload, 'resource') = {resource:String}",
    resourceId !== "" && "JSONExtractString(payload, 'resource_id') = {resource_id:String}",
  ];
  const parameters = { type: AUDIT_TYPE, actor, action, resource, resource_id: resourceId };
  const wanted = { conditions, parameters, fromMs: recordedFromMs, beforeMs: recordedBeforeMs };
  return readNewest(reader, "listAudit", wanted, after, limit);
}
