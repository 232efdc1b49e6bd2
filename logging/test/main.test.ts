// Logging as a process of its own, from nothing but its environment.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Batch } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { compileCache } from "@animal-delivery/platform/testing/compile-cache";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { certificateFiles, developmentCertificates } from "@animal-delivery/platform/tls/development-ca";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const MIGRATE = fileURLToPath(new URL("../src/migrate.ts", import.meta.url));
const CREATE_TOPICS = fileURLToPath(import.meta.resolve("@animal-delivery/platform/jobs/create-topics"));

let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logging-main-"));
  await developmentCertificates(folder, ["logging"]);
  const { certFile, keyFile, caFile } = certificateFiles(folder, "logging");
  const name = randomUUID().replaceAll("-", "");
  const busUrl = Object.assign(new URL(inject("postgresUrl")), { pathname: `/bus_${name}` }).href;
  await ensureDatabase(busUrl);
  environment = {
    PATH: process.env.PATH ?? "",
    RPC_PORT: "0",
    OPS_PORT: "0",
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: caFile,
    OIDC_ISSUER: "http://localhost:1",
    BUS_DATABASE_URL: busUrl,
    CLICKHOUSE_URL: inject("clickhouseUrl"),
    CLICKHOUSE_DATABASE: `test_${name}`,
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("node logging/src/main.ts", () => {
  it("starts ready and ends cleanly when told to, its last lines sent", async () => {
    for (const job of [MIGRATE, CREATE_TOPICS]) await once(start(environment, job).child, "exit");
    const { child, lines } = start(environment);
    const started = await firstLine(lines, "service started");

    const ready = await fetch(`http://127.0.0.1:${String(started.ops_port)}/readyz`);
    const metrics = async () => (await fetch(`http://127.0.0.1:${String(started.ops_port)}/metrics`)).text();
    const lag = 'consumer_lag_records{consumer="logging.events",topic="orders.events"';
    await expect.poll(metrics).toContain(lag);
    const queries = await metrics();
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number];

    expect(ready.status).toBe(200);
    expect(queries).toContain("clickhouse_query_duration_seconds");
    expect(code).toBe(0);
    expect(await messagesOnBus()).toContain("service stopped");
  });

  it("names every variable that is missing", async () => {
    const { child } = start({ PATH: environment.PATH ?? "", CLICKHOUSE_URL: "nowhere" });
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));

    const [code] = (await once(child, "exit")) as [number];

    expect(code).toBe(78);
    for (const name of ["CLICKHOUSE_URL", "BUS_DATABASE_URL", "OIDC_ISSUER", "TLS_CERT_FILE"]) {
      expect(Buffer.concat(errors).toString()).toContain(name);
    }
  });
});

type Line = Readonly<Record<string, unknown>>;

function start(env: Record<string, string>, program = MAIN) {
  const child = spawn(process.execPath, [program], {
    env: { ...compileCache(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

async function firstLine(lines: AsyncIterable<string>, message: string): Promise<Line> {
  for await (const text of lines) {
    const line = JSON.parse(text) as Line;
    if (line.message === message) return line;
  }
  throw new Error(`the process ended without the line "${message}"`);
}

/** The messages of all lines on the topic `logs`. */
async function messagesOnBus(): Promise<unknown[]> {
  const url = environment.BUS_DATABASE_URL ?? "";
  await using bus = openLogBus({ url }, testTelemetry());
  const messages: unknown[] = [];
  const stop = new AbortController();
  const handle = async (batch: Batch): Promise<void> => {
    const lines = batch.records.map(({ value }) => JSON.parse(Buffer.from(value).toString()) as Line);
    messages.push(...lines.map((line) => line.message));
    await batch.commit(batch.records.at(-1)?.offset ?? 0n);
  };
  const consumed = bus.consume({ group: "test", topics: ["logs"], batchRecordsMax: 100, handle }, stop.signal);
  await expect.poll(() => messages, { timeout: 10_000 }).toContain("service stopped");
  stop.abort();
  await consumed;
  return messages;
}
