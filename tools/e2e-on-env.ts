import { once } from "node:events";
import { memoryOf } from "../e2e/src/env/memory.ts";
import { type EnvPlatform, startEnvPlatform } from "../e2e/src/env/start-env-platform.ts";
import { type Outcome, sum } from "./report.ts";
import { runVitest } from "./run-vitest.ts";
import { warmUp } from "./warm-up.ts";

/**
 * Tells the stories to a platform of one process each on the engines of the environment, asks the engines what they know of
 * them, and then kills its services under load. Named files are run against the platform, and nothing else.
 */
export async function runOnEnv(args: readonly string[]): Promise<Outcome> {
  const told = await tellStories(["--project", "e2e", "--project", "e2e-engines", ...args]);
  if (args.length > 0) return told;
  return sum(told, await runVitest("services killed under load", ["--project", "service-faults"]));
}

async function tellStories(args: readonly string[]): Promise<Outcome> {
  await using platform = await start();
  await warmUp(platform.target);
  const env = { ...process.env, E2E_BASE_URL: platform.target.baseUrl };
  const outcome = await runVitest("stories", args, { env });
  console.log(`Memory after the stories: ${await memoryOf(platform)}`);
  await platform.stop();
  return outcome;
}

/** Starts the platform and holds it until SIGINT or SIGTERM. */
export async function keepEnvPlatform(): Promise<void> {
  await using platform = await start();
  console.log(`Output of the services: ${platform.logs}. Ctrl-C stops.`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await platform.stop();
}

async function start(): Promise<EnvPlatform> {
  const beganAt = performance.now();
  const platform = await startEnvPlatform();
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(1);
  console.log(`The platform answers at ${platform.target.baseUrl} after ${seconds} s`);
  console.log(`Memory: ${await memoryOf(platform)}`);
  return platform;
}
