import { fromBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { AuditRecordedSchema, type AuditRecorded } from "@animal-delivery/contracts/gen/operations/v1/audit_events_pb";
import type { Queryable } from "../db/database.ts";

/** What the audit is told of one thing, in order, as it lies in an outbox whose sent events are kept. */
export async function auditOf(db: Queryable, resourceId: string): Promise<AuditRecorded[]> {
  const { rows } = await db.query<{ value: Buffer }>(
    "audit_of",
    "select value from outbox where topic = 'audit.events' order by id",
  );
  return rows
    .map(({ value }) => fromBinary(AuditRecordedSchema, fromBinary(EventEnvelopeSchema, value).payload))
    .filter((act) => act.resourceId === resourceId);
}
