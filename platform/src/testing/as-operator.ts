import type { CallOptions, Client } from "@connectrpc/connect";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { createRpcClient } from "../rpc/client.ts";
import type { Service } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { testCertificates } from "./certificates.ts";
import { as } from "./rpc-fixture.ts";
import { runningService } from "./running-service.ts";

/** What an operator asks of a service, with the options that say who they are. */
type Question<T> = (operations: Client<typeof OperationsService>, who: CallOptions) => Promise<T>;

/** Runs a whole service and asks it over mutual TLS as `npm run ops` does: by its certificate, with an admin's token. */
export async function asOperator<T>(service: Service, telemetry: Telemetry, ask: Question<T>): Promise<T> {
  await using certificates = await testCertificates([service.name, "ops"]);
  await using running = await runningService(service, telemetry, certificates);
  const tls = certificates.tlsOf("ops");
  const { address } = running;
  const operations = createRpcClient(OperationsService, { address, tls, telemetry, peer: service.name });
  return await ask(operations, as("root", "admin"));
}
