// Runs the service as its own process from its environment, beside a real Postgres.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { certificateFiles, developmentCertificates } from "@animal-delivery/platform/tls/development-ca";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const MIGRATE = fileURLToPath(new URL("../src/migrate.ts", import.meta.url));
const CREATE_TOPICS = fileURLToPath(import.meta.resolve("@animal-delivery/platform/jobs/create-topics"));

const open = new AsyncDisposableStack();
let env: Record<string, string>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "accounts-main-"));
  open.defer(() => rm(folder, { recursive: true }));
  await developmentCertificates(folder, ["accounts"]);
  const { certFile, keyFile, caFile } = certificateFiles(folder, "accounts");
  const [database, bus] = await Promise.all([testDatabase({ migrations: [] }), testDatabase({ migrations: [] })]);
  open.use(database);
  open.use(bus);
  env = {
    DATABASE_URL: database.url,
    BUS_DATABASE_URL: bus.url,
    OIDC_ISSUER: "http://localhost:1",
    KEYCLOAK_ADMIN_URL: "http://localhost:1/admin/realms/animals",
    ACCOUNTS_CLIENT_SECRET: "secret",
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: caFile,
    RPC_PORT: "0",
    OPS_PORT: "0",
  };
});
afterAll(() => open.disposeAsync());

describe("node accounts/src/main.ts", () => {
  it("gets ready once the jobs have run, counts, and drains on SIGTERM", async () => {
    for (const job of [MIGRATE, CREATE_TOPICS]) expect(await endOf(start(env, job))).toBe(0);
    const child = start(env);
    const opsPort = await startedOn(child);
    const ops = (path: string) => fetch(`http://127.0.0.1:${opsPort}${path}`);

    await expect.poll(async () => (await ops("/readyz")).status, { timeout: 20_000 }).toBe(200);
    expect(await (await ops("/metrics")).text()).toContain("accounts_sign_ups");

    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("lists every bad variable and exits with 78", async () => {
    const child = start({ DATABASE_POOL_SIZE: "many" });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));

    expect(await once(child, "close")).toEqual([78, null]);
    for (const name of [
      "DATABASE_URL",
      "BUS_DATABASE_URL",
      "OIDC_ISSUER",
      "TLS_CERT_FILE",
      "KEYCLOAK_ADMIN_URL",
      "DATABASE_POOL_SIZE",
    ]) {
      expect(stderr).toContain(name);
    }
  });
});

async function endOf(child: ChildProcess): Promise<number> {
  child.stdout?.resume();
  const [code] = (await once(child, "exit")) as [number];
  return code;
}

function start(variables: Record<string, string>, program = MAIN): ChildProcess {
  const child = spawn(process.execPath, [program], { env: variables, stdio: ["ignore", "pipe", "pipe"] });
  open.defer(() => void child.kill("SIGKILL"));
  return child;
}

/** The ops port, out of the line that says that the service started. */
async function startedOn(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("the process has no stdout");
  const lines: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const { message, ops_port: opsPort } = JSON.parse(line) as { message?: string; ops_port?: number };
    if (message === "service started" && opsPort) return opsPort;
  }
  throw new Error(`the service did not start:\n${lines.join("\n")}`);
}
