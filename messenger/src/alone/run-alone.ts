import type { Environment } from "@animal-delivery/platform/config/load-config";
import { helpText } from "./help.ts";
import { readSettings } from "./read-settings.ts";

const EXIT_CALLED_WRONGLY = 2;

/** The messenger as a program of its own: no platform around it, and sessions for accounts. Resolves when it has stopped. */
export async function runAlone(args: readonly string[], env: Environment, stop: AbortSignal): Promise<void> {
  const wish = readSettings(args, env);
  if (wish.kind === "help") process.stdout.write(helpText());
  else if (wish.kind === "run") {
    // Not before it is wanted: help and complaints come at once.
    const { run } = await import("./run.ts");
    await run(wish.settings, env, stop);
  } else {
    const problems = wish.problems.map((problem) => `  ${problem}\n`).join("");
    process.stderr.write(`messenger cannot be started like this:\n${problems}--help explains each flag.\n`);
    process.exitCode = EXIT_CALLED_WRONGLY;
  }
}
