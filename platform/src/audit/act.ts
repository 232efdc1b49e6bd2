import { randomUUIDv7 } from "node:crypto";
import { AuditRecordedSchema } from "@animal-delivery/contracts/gen/operations/v1/audit_events_pb";
import type { EventToAppend } from "../outbox/event-record.ts";

/** Facts by name: ids and states, never a person's data. */
export type Facts = Readonly<Record<string, string>>;

/** Something that only the privileged may do, and that somebody does. */
export interface Act {
  /** `caller.actor`. */
  readonly actor: string;
  /** `skip`. */
  readonly action: string;
  /** The kind of thing: `parked_event`, `user`, `saga`. */
  readonly resource: string;
  readonly resourceId: string;
  /** Why, in the words of who does it; where none are asked for, undefined. */
  readonly reason?: string;
  /** How the thing stood, and how it stands now. */
  readonly before?: Facts;
  readonly after?: Facts;
}

/** The event that tells of an act; each is an aggregate of its own, since nothing comes after it. */
export function auditRecorded(act: Act): EventToAppend<typeof AuditRecordedSchema> {
  const auditId = randomUUIDv7();
  const { before, after, ...texts } = act;
  return {
    topic: "audit.events",
    aggregateId: auditId,
    aggregateVersion: 1n,
    schema: AuditRecordedSchema,
    message: { ...texts, auditId, before: { ...before }, after: { ...after } },
  };
}
