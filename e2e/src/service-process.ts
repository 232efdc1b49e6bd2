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

/** Runs a second orders, on the database of the first, at the platform's port + 18. */
export async function startOrdersProcess(beside: Beside): Promise<ServiceProcess> {
  return startBackend("orders", beside, { rpc: beside.port + 18, ops: beside.port + 30 });
}

/**
 * Runs a second accounts, on the database of the first, at the platform's port + 17. It reaches no directory: what it reads
 * of users comes from the database alone.
 */
export async function startAccountsProcess(
  beside: Beside,
  env: Record<string, string> = {},
): Promise<ServiceProcess & { readonly opsUrl: string }> {
  const directory = { KEYCLOAK_ADMIN_URL: "http://localhost:1/admin/realms/none", ACCOUNTS_CLIENT_SECRET: "none" };
  const ports = { rpc: beside.port + 17, ops: beside.port + 29 };
  const program = await startBackend("accounts", beside, ports, { ...directory, ...env });
  return { ...program, opsUrl: `http://127.0.0.1:${ports.ops}` };
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

async function startBackend(
  name: "orders" | "accounts",
  beside: Beside,
  ports: { readonly rpc: number; readonly ops: number },
  env: Record<string, string> = {},
): Promise<ServiceProcess> {
  const program = runNode(mainOf(name), {
    ...commonEnv(name, beside),
    RPC_PORT: String(ports.rpc),
    OPS_PORT: String(ports.ops),
    DATABASE_URL: await databaseUrl(beside, name),
    BUS_DATABASE_URL: await databaseUrl(beside, "bus"),
    ...addressVariables(portsFrom(beside.port).rpc),
    ...env,
  });
  await becomesReady(program, `http://127.0.0.1:${ports.ops}/readyz`, READY_TIMEOUT_MS);
  return { ...program, url: `https://127.0.0.1:${ports.rpc}` };
}

/** The address of a database of the platform. */
export async function databaseUrl({ port, dataDir }: Beside, name: string): Promise<string> {
  const password = (await readFile(join(dataDir, "postgres/password"), "utf8")).trim();
  return `postgres://postgres:${password}@127.0.0.1:${port + 2}/${name}`;
}

function mainOf(service: string): string {
  return fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));
}

function commonEnv(name: string, { port, dataDir }: Beside): Record<string, string> {
  const certificates = join(dataDir, "certificates");
  return {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(dataDir, "compile-cache"),
    OIDC_ISSUER: `http://localhost:${port + 1}`,
    TLS_CERT_FILE: join(certificates, `${name}.pem`),
    TLS_KEY_FILE: join(certificates, `${name}.key`),
    TLS_CA_FILE: join(certificates, "ca.pem"),
  };
}
