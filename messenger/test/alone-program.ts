import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileCache } from "@animal-delivery/platform/testing/compile-cache";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const START_MS = 30_000;

/** The messenger as a process of its own. */
export interface AloneProgram extends AsyncDisposable {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly opsPort: number | undefined;
  /** Who signed the certificate that it made. */
  readonly caFile: string;
  /** Everything that it wrote, on both outputs. */
  readonly output: () => string;
  /** Waits for a line of its log. */
  readonly said: (message: string) => Promise<void>;
  readonly signal: (name: "SIGTERM" | "SIGKILL") => void;
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>;
}

export interface AloneOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it on free ports, with every log line there is, in an environment of its own. Resolves when it answers. */
export async function startAlone({ args = [], env = {} }: AloneOptions = {}): Promise<AloneProgram> {
  const home = await mkdtemp(join(tmpdir(), "messenger-"));
  const child = run(["--grpc-port=0", "--http-port=0", "--log-level=debug", ...args], { HOME: home, ...env });
  const program = {
    output: child.output,
    async said(message: string): Promise<void> {
      const until = performance.now() + START_MS;
      while (!child.output().includes(`"message":"${message}"`)) {
        if (performance.now() > until || child.isOver())
          throw new Error(`it never said ${message}:\n${child.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    signal: child.signal,
    ended: child.ended,
    async [Symbol.asyncDispose]() {
      child.signal("SIGKILL");
      await child.ended;
      await rm(home, { recursive: true, force: true });
    },
  };
  await program.said("messenger started");
  const lines = child.output().split("\n");
  const started = JSON.parse(lines.find((line) => line.includes(`"messenger started"`)) ?? "{}") as Ports;
  return {
    ...program,
    grpcPort: started.grpc_port,
    httpPort: started.http_port,
    opsPort: started.ops_port,
    caFile: join(home, ".local/share/messenger/certificates/ca.pem"),
  };
}

interface Ports {
  readonly grpc_port: number;
  readonly http_port: number;
  readonly ops_port?: number;
}

/** Runs it to its end: what it answered with and what it wrote. */
export async function runToEnd(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = run(args, env);
  return { code: await child.ended, output: child.output() };
}

function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...compileCache(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  // Not when it exits: what it wrote last may still be on the way.
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    output: () => output,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name: "SIGTERM" | "SIGKILL") => void child.kill(name),
    ended,
  };
}
