import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateFiles, developmentCertificates } from "../tls/development-ca.ts";
import { compileCache } from "./compile-cache.ts";
import { testDatabase } from "./database.ts";

const CREATE_TOPICS = fileURLToPath(new URL("../jobs/create-topics.ts", import.meta.url));

export interface ServiceMain {
  readonly service: string;
  /** The folder of its programs `main.ts` and `migrate.ts`, a slash at its end. */
  readonly programs: URL;
  /** A metric of its own. */
  readonly metric: string;
  /** What it needs besides a database, a bus, an issuer and certificates. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What every service with a database does as a process of its own, from nothing but its environment. */
export function serviceMainContract({ service, programs, metric, env: more = {} }: ServiceMain): void {
  const main = fileURLToPath(new URL("main.ts", programs));
  const migrate = fileURLToPath(new URL("migrate.ts", programs));
  const open = new AsyncDisposableStack();
  let env: Record<string, string>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), `${service}-main-`));
    open.defer(() => rm(folder, { recursive: true }));
    await developmentCertificates(folder, [service]);
    const { certFile, keyFile, caFile } = certificateFiles(folder, service);
    const [database, bus] = await Promise.all([testDatabase({ migrations: [] }), testDatabase({ migrations: [] })]);
    open.use(database);
    open.use(bus);
    env = {
      DATABASE_URL: database.url,
      BUS_DATABASE_URL: bus.url,
      OIDC_ISSUER: "http://localhost:1",
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
      TLS_CA_FILE: caFile,
      RPC_PORT: "0",
      OPS_PORT: "0",
      ...more,
    };
  });
  afterAll(() => open.disposeAsync());

  function start(variables: Readonly<Record<string, string>>, program = main): ChildProcess {
    const child = spawn(process.execPath, [program], {
      env: { ...compileCache(), ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    open.defer(() => void child.kill("SIGKILL"));
    return child;
  }

  describe(`node ${service}/src/main.ts`, () => {
    it("gets ready once the jobs have run, counts, and drains on SIGTERM", async () => {
      for (const job of [migrate, CREATE_TOPICS]) expect(await endOf(start(env, job))).toBe(0);
      const child = start(env);
      const opsPort = await startedOn(child);
      const ops = (path: string) => fetch(`http://127.0.0.1:${opsPort}${path}`);

      await expect.poll(async () => (await ops("/readyz")).status, { timeout: 20_000 }).toBe(200);
      expect(await (await ops("/metrics")).text()).toContain(metric);

      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
    });

    it("lists every bad variable and exits with 78", async () => {
      const child = start({ TLS_KEY_FILE: "/nowhere", DATABASE_POOL_SIZE: "many" });
      let stderr = "";
      child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));

      expect(await once(child, "close")).toEqual([78, null]);
      const missing = ["DATABASE_URL", "BUS_DATABASE_URL", "OIDC_ISSUER", "TLS_CERT_FILE", ...Object.keys(more)];
      for (const name of [...missing, "DATABASE_POOL_SIZE"]) expect(stderr).toContain(name);
    });
  });
}

async function endOf(child: ChildProcess): Promise<number> {
  child.stdout?.resume();
  const [code] = (await once(child, "exit")) as [number];
  return code;
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
