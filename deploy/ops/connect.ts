import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { SagaService } from "@animal-delivery/contracts/gen/sagas/v1/saga_service_pb";
import { ConfigError } from "@animal-delivery/platform/config/config-error";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import type { Config, ServiceName } from "./config.ts";

/** As long as a service lets a call take. */
const TIMEOUT_MS = 30_000;

/** The services, each called directly and over mutual TLS. */
export interface Services {
  operations(name: ServiceName): ReturnType<typeof operationsOf>;
  sagas(): ReturnType<typeof sagasOf>;
}

/** @throws {ConfigError} when there is no certificate, nor an authority that could sign one. */
export async function connect(config: Config): Promise<Services> {
  await ensureCertificate(config);
  const options = optionsOf(config);
  return {
    operations: (name) => operationsOf(options(name)),
    sagas: () => sagasOf(options("sagas")),
  };
}

type ClientOptions = Parameters<typeof createRpcClient<DescService>>[1];

function operationsOf(options: ClientOptions) {
  return createRpcClient(OperationsService, options);
}

function sagasOf(options: ClientOptions) {
  return createRpcClient(SagaService, options);
}

function optionsOf(config: Config): (name: ServiceName) => ClientOptions {
  const telemetry = openTelemetry("ops", { logLevel: "error", sinks: [] });
  const tls = watchTls(config.tls);
  return (name) => {
    const address = config.addresses.get(name) ?? "";
    // A person who waits asks again, or somewhere else: nothing is tried twice here.
    return { address, tls, telemetry, peer: name, timeoutMs: TIMEOUT_MS, retries: { retriesMax: 0 } };
  };
}

async function ensureCertificate({ authority, tls }: Config): Promise<void> {
  if (authority === undefined) return;
  if (existsSync(join(authority, "ca.key"))) return developmentCertificates(authority, ["ops"]);
  throw new ConfigError(
    `there is no certificate ${tls.certFile} and no development authority beside it.\n` +
      `Set TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE (identity spiffe://animal-delivery/ops), or DATA_DIR of a platform that\n` +
      `npm start runs. A development authority signs one: node platform/src/jobs/make-certificates.ts <folder> ops`,
  );
}
