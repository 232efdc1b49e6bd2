import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPlatformProcess } from "./platform-process.ts";
import { passwordsFrom, targetFromEnvironment, type Target } from "./target.ts";

declare module "vitest" {
  interface ProvidedContext {
    target: Target;
  }
}

/** Gives every story file its target: the platform named by the environment, else one started for this run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = targetFromEnvironment(process.env);
  if (given) {
    project.provide("target", given);
    return undefined;
  }
  const dataDir = await mkdtemp(join(tmpdir(), "animal-delivery-e2e-"));
  const platform = await startPlatformProcess({ dataDir });
  project.provide("target", { baseUrl: platform.baseUrl, passwords: passwordsFrom(process.env) });
  return async () => {
    const code = await platform.stop();
    if (code !== 0) throw new Error(`the platform ended with exit code ${code}:\n${platform.output()}`);
    await rm(dataDir, { recursive: true, force: true });
  };
}
