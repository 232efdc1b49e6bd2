import type { Client } from "@connectrpc/connect";
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
