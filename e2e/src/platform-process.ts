import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { numbersOf, portsFrom } from "@animal-delivery/deploy/embedded/ports";
import { becomesReady, runNode, type NodeProcess } from "./node-process.ts";

const MAIN = fileURLToPath(new URL("../../deploy/embedded/main.ts", import.meta.url));
/** A platform takes PORT to PORT+29; bases are handed out that far apart. */
const PORTS_PER_PLATFORM = 32;
const WORKERS_MAX = 4;
const PLATFORMS_PER_WORKER = 75;
const READY_TIMEOUT_MS = 180_000;

/** A platform running as processes of its own. */
export interface PlatformProcess extends NodeProcess {
  readonly baseUrl: string;
  readonly port: number;
}

/**
 * Starts the one-process platform on `port` with its state in `dataDir`, and waits until it is ready.
 *
 * @throws {Error} with its output when it ends or is not ready within three minutes.
 */
export async function startPlatformProcess(options: {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<PlatformProcess> {
  const port = options.port ?? (await freePorts());
  const baseUrl = `http://localhost:${port}`;
  const program = runNode(MAIN, { ...options.env, PORT: String(port), DATA_DIR: options.dataDir });
  await becomesReady(program, `${baseUrl}/readyz`, READY_TIMEOUT_MS);
  return { ...program, baseUrl, port };
}

/** The first of a run of ports that are free now, and that no other worker of this test run takes. */
async function freePorts(): Promise<number> {
  const first = (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS_MAX) * PLATFORMS_PER_WORKER;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const place = first + Math.floor(Math.random() * PLATFORMS_PER_WORKER);
    const base = 20_000 + place * PORTS_PER_PLATFORM;
    const free = await Promise.all(numbersOf(portsFrom(base)).map(isFree));
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
