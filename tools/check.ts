// `npm run check`: what a commit must pass, in seconds. Static steps and the unit tests; `npm test` adds the engines.
import { sum, tellOutcome } from "./report.ts";
import { runVitest } from "./run-vitest.ts";
import { runSteps, STATIC_STEPS } from "./steps.ts";

const steps = await runSteps(STATIC_STEPS);
tellOutcome(sum(steps, await runVitest("unit tests", ["--project", "unit"])));
