import type { CallOptions, Client } from "@connectrpc/connect";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { loadAccess } from "../access/access.ts";
import { createRpcClient } from "../rpc/client.ts";
import { runService } from "../service/run-service.ts";
import type { Service } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { testCertificates } from "./certificates.ts";
import { as, testVerifier } from "./rpc-fixture.ts";

/** What an operator asks of a service, with the options that say who they are. */
type Question<T> = (operations: Client<typeof OperationsService>, who: CallOptions) => Promise<T>;

/** Runs a whole service and asks it over mutual TLS as `npm run ops` does: by its certificate, with an admin's token. */
export async function asOperator<T>(service: Service, telemetry: Telemetry, ask: Question<T>): Promise<T> {
  await using certificates = await testCertificates([service.name, "ops"]);
  const host = "127.0.0.1";
  const stop = new AbortController();
  const { rpcPort, stopped } = await runService(
    {
      service,
      rpc: { host, port: 0, tls: certificates.tlsOf(service.name) },
      ops: { host, port: 0 },
      telemetry,
      access: await loadAccess(),
      verifier: testVerifier,
    },
    stop.signal,
  );
  try {
    const address = `https://${host}:${rpcPort}`;
    const tls = certificates.tlsOf("ops");
    const operations = createRpcClient(OperationsService, { address, tls, telemetry, peer: service.name });
    return await ask(operations, as("root", "admin"));
  } finally {
    stop.abort();
    await stopped;
  }
}
