import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { testTelemetry } from "./telemetry.ts";
import type { KeyValueStore } from "../kv/key-value-store.ts";
import { openRedisStore } from "../redis/open-redis-store.ts";

/** A Redis server of a test's own, to be killed, stalled and flushed. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  /** As each process of the platform would open it. */
  openStore(telemetry?: Parameters<typeof openRedisStore>[1]): Promise<KeyValueStore>;
  /** Loses everything, and goes on. */
  flush(): Promise<void>;
  /** Lets it hang: connections stay, nothing is answered. */
  stall(): Promise<void>;
  resume(): Promise<void>;
  kill(): Promise<void>;
  /** Starts it again at the same address, empty unless it keeps what it has. */
  start(): Promise<void>;
}

export interface OwnRedisOptions {
  /** Keeps what it has over a start, written to disk so; in memory alone without it. */
  readonly appendfsync?: "always" | "everysec";
}

/** Runs the program `REDIS_SERVER`, or `redis-server` of the path, on a free port of this machine. */
export async function ownRedis({ appendfsync }: OwnRedisOptions = {}): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}/0`;
  const persistence = appendfsync ? ["--appendonly", "yes", "--appendfsync", appendfsync] : ["--appendonly", "no"];
  let server = await startServer(folder, port, persistence);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  return {
    url,
    openStore: async (telemetry = testTelemetry()) =>
      openRedisStore({ urls: [url], cluster: false, keyPrefix: "animal-delivery:" }, telemetry),
    async flush() {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    stall: async () => void server.kill("SIGSTOP"),
    resume: async () => void server.kill("SIGCONT"),
    kill,
    start: async () => void (server = await startServer(folder, port, persistence)),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function startServer(folder: string, port: number, persistence: readonly string[]) {
  const program = env["REDIS_SERVER"] ?? "redis-server";
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const server = spawn(program, [...args, ...persistence], { stdio: ["ignore", "pipe", "inherit"] });
  await once(server, "spawn");
  let output = "";
  for await (const text of server.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    output += String(text);
    if (!output.includes("Ready to accept connections")) continue;
    server.stdout.resume();
    return server;
  }
  throw new Error(`${program} ended: ${output}`);
}
