import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { PlatformEnv } from "./options.ts";
import { createProgress } from "./progress.ts";
import { StartError } from "./start-error.ts";
import { startPlatform } from "./start-platform.ts";
import { welcome } from "./welcome.ts";

const USAGE = `usage: npm start [-- --fresh]

  --fresh    delete all state first

Environment: PORT (8080), HOST (localhost), DATA_DIR (.data), LOG=stdout, LOG_LEVEL (info)`;

/** Runs the platform until it is told to stop, and tells the person how it goes. */
export async function run(args: readonly string[]): Promise<void> {
  // Whoever reads our output may leave before we end.
  process.stdout.on("error", () => undefined);
  if (args.some((arg) => arg !== "--fresh")) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  await runMain("animal-delivery", (stop) => startAndTell(args.includes("--fresh"), stop));
}

async function startAndTell(fresh: boolean, stop: AbortSignal): Promise<void> {
  const env = loadConfig(PlatformEnv);
  console.log(`animal-delivery starts in ${env.dataDir}`);
  try {
    const progress = createProgress((line) => console.log(line));
    const platform = await startPlatform({ env, fresh, progress }, stop);
    console.log(welcome(platform, env.dataDir, process.uptime()));
    stop.addEventListener("abort", () => console.log("  stopping …"));
    await platform.stopped;
    console.log("  stopped");
  } catch (error) {
    if (stop.aborted && error === stop.reason) return;
    if (!(error instanceof StartError)) throw error;
    console.error(`\nThe platform did not start.\n${error.message}`);
    process.exitCode = 1;
  }
}
