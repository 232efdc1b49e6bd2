import { loadAccess } from "../access/access.ts";
import { runService } from "../service/run-service.ts";
import type { Service } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { TestCertificates } from "./certificates.ts";
import { testVerifier } from "./rpc-fixture.ts";

/** A whole service that runs on loopback; it takes the tokens of `as`. */
export interface RunningTestService extends AsyncDisposable {
  readonly address: string;
}

/** Runs a whole service with its certificate, under the policy of this repository. */
export async function runningService(
  service: Service,
  telemetry: Telemetry,
  certificates: TestCertificates,
): Promise<RunningTestService> {
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
  return {
    address: `https://${host}:${rpcPort}`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await stopped;
    },
  };
}
