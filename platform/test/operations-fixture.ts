import { fromBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { AuditRecordedSchema } from "@animal-delivery/contracts/gen/operations/v1/audit_events_pb";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { ReplayableConsumer } from "@animal-delivery/platform/operations/operable";
import { operationsService } from "@animal-delivery/platform/operations/operations-service";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import type { TestDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

/** An operator's client of a service with this database and these consumers. */
export function operatorOf(
  db: TestDatabase,
  consumers: readonly ReplayableConsumer[],
): Client<typeof OperationsService> {
  const service = operationsService({
    name: "orders",
    telemetry: testTelemetry(),
    access: { reload: () => Promise.resolve() },
    board: { list: () => [] },
    audit: auditIn(db),
    events: { db, consumers },
  });
  const grant = userGrant({ subject: "root", roles: ["admin"], relations: ["any"] });
  return inMemoryClient(OperationsService, (router) => router.service(OperationsService, service), { grant });
}

/** What the audit was told of one thing, in order. */
export async function auditOf(db: TestDatabase, resourceId: string) {
  const { rows } = await db.query<{ value: Buffer }>(
    "audit_of",
    "select value from outbox where topic = 'audit.events' order by id",
  );
  return rows
    .map(({ value }) => fromBinary(AuditRecordedSchema, fromBinary(EventEnvelopeSchema, value).payload))
    .filter((act) => act.resourceId === resourceId);
}
