import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../deploy/embedded/main.ts", import.meta.url));
/** A platform takes PORT to PORT+29; bases are handed out that far apart. */
const PORTS_PER_PLATFORM = 32;
const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 30_000;

/** A platform running as processes of its own. */
export interface PlatformProcess {
  readonly baseUrl: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** SIGTERM, and waits for the end. @returns the exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of the platform process alone, as a crash would; its engines are left to fend for themselves. */
  kill(): Promise<void>;
}

/**
 * Starts the one-process platform on `port` with its state in `dataDir`, and waits until it is ready.
 *
 * @throws {Error} with its output when it ends or is not ready within 90 s.
 */
export async function startPlatformProcess(options: {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<PlatformProcess> {
  const port = options.port ?? (await freePorts());
  const chunks: string[] = [];
  const child = spawn(process.execPath, [MAIN], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env, PORT: String(port), DATA_DIR: options.dataDir },
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  const platform: PlatformProcess = {
    baseUrl: `http://localhost:${port}`,
    port,
    process: child,
    output: () => chunks.join(""),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill("SIGTERM");
      await once(child, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
      return child.exitCode;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
  await ready(platform);
  return platform;
}

async function ready(platform: PlatformProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (platform.process.exitCode !== null) break;
    const answer = await fetch(`${platform.baseUrl}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await platform.kill();
  throw new Error(`the platform did not become ready:\n${platform.output()}`);
}

/** The first of a run of ports that are free now. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 300) * PORTS_PER_PLATFORM;
    const offsets = [0, 1, 2, 3, 10, 11, 12, 20, 21, 22, 23];
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("no run of free ports was found");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken === port));
    });
  });
}
