// `npm run check`: what a commit must pass, in seconds. Static steps and the unit tests; `npm test` adds the engines.
import { runStep, STATIC_STEPS } from "./steps.ts";

const failed: string[] = [];
for (const step of [
  ...STATIC_STEPS,
  { name: "unit tests", command: ["vitest", "run", "--project", "unit"] } as const,
]) {
  if (!(await runStep(step))) failed.push(step.name);
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
