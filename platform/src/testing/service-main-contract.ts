import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateFiles, developmentCertificates } from "../tls/development-ca.ts";
import { testBus } from "./bus.ts";
import { compileCache } from "./compile-cache.ts";
import { testDatabase } from "./database.ts";

export interface ServiceMain {
  readonly service: string;
  /** The folder of its programs `main.ts` and `migrate.ts`, a slash at its end. */
  readonly programs: URL;
  /** A metric of its own. */
  readonly metric: string;
  /** What it needs besides a database, a bus, an issuer and certificates. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process, and all that it has said so far: what is not read fills the pipe and then holds it. */
interface Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** With its code and signal, when it has said everything. */
  readonly ended: Promise<unknown[]>;
  stdout: string;
  stderr: string;
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
    const [database, bus] = await Promise.all([testDatabase({ migrations: [] }), testBus()]);
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

  function start(variables: Readonly<Record<string, string>>, file = main): Program {
    const child = spawn(process.execPath, [file], {
      env: { ...compileCache(), ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    open.defer(() => void child.kill("SIGKILL"));
    const program = { child, ended: once(child, "close"), stdout: "", stderr: "" };
    for (const output of ["stdout", "stderr"] as const) {
      child[output].setEncoding("utf8").on("data", (text: string) => (program[output] += text));
    }
    return program;
  }

  describe(`node ${service}/src/main.ts`, () => {
    it("gets ready once it has migrated, counts, and drains on SIGTERM", async () => {
      await expectEnd(start(env, migrate), 0);
      const program = start(env);
      const opsPort = await startedOn(program);
      const ops = (path: string) => fetch(`http://127.0.0.1:${opsPort}${path}`);

      await expect.poll(async () => (await ops("/readyz")).status, { timeout: 20_000 }).toBe(200);
      expect(await (await ops("/metrics")).text()).toContain(metric);

      program.child.kill("SIGTERM");
      await expectEnd(program, 0);
    });

    it("lists every bad variable and exits with 78", async () => {
      const program = start({ TLS_KEY_FILE: "/nowhere", DATABASE_POOL_SIZE: "many" });

      await expectEnd(program, 78);
      const missing = ["DATABASE_URL", "BUS_DATABASE_URL", "OIDC_ISSUER", "TLS_CERT_FILE", ...Object.keys(more)];
      for (const name of [...missing, "DATABASE_POOL_SIZE"]) expect(program.stderr).toContain(name);
    });
  });
}

/** A program that ends otherwise is shown with what it said. */
async function expectEnd(program: Program, code: number): Promise<void> {
  const end = await program.ended;
  expect(end, `${program.child.spawnargs.join(" ")} said:\n${program.stdout}${program.stderr}`).toEqual([code, null]);
}

/** The ops port, out of the line that says that the service started. */
async function startedOn(program: Program): Promise<number> {
  const opsPort = await findOpsPort(program.child.stdout);
  // Whoever stops taking lines leaves the output paused.
  program.child.stdout.resume();
  if (opsPort !== undefined) return opsPort;
  await program.ended;
  throw new Error(`the service did not start:\n${program.stdout}${program.stderr}`);
}

async function findOpsPort(stdout: Readable): Promise<number | undefined> {
  for await (const line of createInterface(stdout)) {
    const { message, ops_port: opsPort } = JSON.parse(line) as { message?: string; ops_port?: number };
    if (message === "service started" && opsPort) return opsPort;
  }
  return undefined;
}
