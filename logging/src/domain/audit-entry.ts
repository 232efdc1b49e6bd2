import type { StoredEvent } from "./stored-event.ts";

/** The event that tells of a privileged act. Not among the other events: who may read those may not read these. */
export const AUDIT_TYPE = "operations.v1.AuditRecorded";

type Text = "actor" | "action" | "resource" | "resource_id" | "reason";
type Facts = Readonly<Record<string, string>>;

/** What somebody did that only the privileged may do. */
export interface AuditEntry {
  readonly auditId: string;
  readonly recordedAt: Date;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string;
  /** Empty where none was asked for. */
  readonly reason: string;
  readonly before: Facts;
  readonly after: Facts;
  readonly correlationId: string;
  readonly traceId: string;
}

/** The act that an event of the type above tells of. What its message leaves out is empty. */
export function auditEntryOf({ aggregateId, occurredAt, correlationId, traceId, payload }: StoredEvent): AuditEntry {
  const message = JSON.parse(payload) as Partial<Record<Text, string>> & { before?: Facts; after?: Facts };
  return {
    auditId: aggregateId,
    recordedAt: occurredAt,
    actor: message.actor ?? "",
    action: message.action ?? "",
    resource: message.resource ?? "",
    resourceId: message.resource_id ?? "",
    reason: message.reason ?? "",
    before: message.before ?? {},
    after: message.after ?? {},
    correlationId,
    traceId,
  };
}
