import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killAll, processesNaming } from "../src/kill.ts";
import { signIn } from "../src/people.ts";
import { startPlatformProcess, type PlatformProcess } from "../src/platform-process.ts";
import { passwordsFrom, type Target } from "../src/target.ts";
import type { UnderLoad } from "./order-checks.ts";

/** Stories ask more often than people do. */
const NO_RATE_LIMITS = { RATE_LIMIT_WRITES_PER_MINUTE: "1000000", RATE_LIMIT_AUTH_PER_MINUTE: "1000000" };

/** A platform that a story may break, in a folder of its own that goes with it. */
export interface OwnPlatform extends UnderLoad, AsyncDisposable {
  readonly target: Target;
  readonly dataDir: string;
  readonly port: number;
  /** The process of the moment. */
  process(): PlatformProcess;
  /** Starts it again, at the same port, after it ended. */
  startAgain(): Promise<void>;
}

/** @param settings for its environment. */
export async function startOwnPlatform(settings: Readonly<Record<string, string>> = {}): Promise<OwnPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-faults-"));
  const env = { ...NO_RATE_LIMITS, ...settings };
  let platform = await startPlatformProcess({ dataDir, env });
  const { baseUrl, port } = platform;
  const target: Target = { baseUrl, passwords: passwordsFrom(process.env) };
  return {
    target,
    dataDir,
    port,
    process: () => platform,
    signIn: (user) => signIn(target, user),
    async startAgain() {
      platform = await startPlatformProcess({ dataDir, port, env });
    },
    async [Symbol.asyncDispose]() {
      await platform.stop();
      killAll(await processesNaming(dataDir));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
