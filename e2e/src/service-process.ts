import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressVariables, portsFrom } from "@animal-delivery/deploy/embedded/ports";
import { becomesReady, runNode, type NodeProcess } from "./node-process.ts";

const READY_TIMEOUT_MS = 30_000;

/** The platform beside which a service runs: it uses that platform's engines, certificates and identity provider. */
export interface Beside {
  readonly port: number;
  readonly dataDir: string;
}

/** A service in a process of its own. */
export interface ServiceProcess extends NodeProcess {
  /** Where it serves: RPC, or the gateway's REST. */
  readonly url: string;
}

/** Runs a second orders, on the database of the first, at the platform's port + 16. */
export async function startOrdersProcess(beside: Beside): Promise<ServiceProcess> {
  const { port, dataDir } = beside;
  const password = (await readFile(join(dataDir, "postgres/password"), "utf8")).trim();
  const databaseUrl = (name: string) => `postgres://postgres:${password}@127.0.0.1:${port + 2}/${name}`;
  const program = runNode(mainOf("orders"), {
    ...commonEnv("orders", beside),
    RPC_PORT: String(port + 16),
    OPS_PORT: String(port + 27),
    DATABASE_URL: databaseUrl("orders"),
    BUS_DATABASE_URL: databaseUrl("bus"),
  });
  await becomesReady(program, `http://127.0.0.1:${port + 27}/readyz`, READY_TIMEOUT_MS);
  return { ...program, url: `https://127.0.0.1:${port + 16}` };
}

/** Runs a second gateway in front of the platform's services, at the platform's port + 5. */
export async function startGatewayProcess(beside: Beside, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const { port } = beside;
  const program = runNode(mainOf("api-gateway"), {
    ...commonEnv("api-gateway", beside),
    PORT: String(port + 5),
    OPS_PORT: String(port + 28),
    ...addressVariables(portsFrom(port).rpc),
    ...env,
  });
  const url = `http://localhost:${port + 5}`;
  await becomesReady(program, `${url}/readyz`, READY_TIMEOUT_MS);
  return { ...program, url };
}

function mainOf(service: string): string {
  return fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));
}

function commonEnv(name: string, { port, dataDir }: Beside): Record<string, string> {
  const certificates = join(dataDir, "certificates");
  return {
    NODE_COMPILE_CACHE: join(dataDir, "compile-cache"),
    OIDC_ISSUER: `http://localhost:${port + 1}`,
    TLS_CERT_FILE: join(certificates, `${name}.pem`),
    TLS_KEY_FILE: join(certificates, `${name}.key`),
    TLS_CA_FILE: join(certificates, "ca.pem"),
  };
}
