// `npm test`: everything that must hold. Static steps, then all tests on engines of their own, with coverage where CI is set; every step and
// every test counts in the closing line. Arguments go to vitest: `npm test -- --project unit`.
import { sum, tellOutcome } from "./report.ts";
import { runVitest } from "./run-vitest.ts";
import { runSteps, STATIC_STEPS } from "./steps.ts";

/** What needs nothing that is not here. The other projects ask for engines of the environment. */
const OWN_ENGINES = ["unit", "integration", "e2e", "faults"].flatMap((name) => ["--project", name]);

const args = process.argv.length > 2 ? process.argv.slice(2) : OWN_ENGINES;
// Whoever waits for the answer is not made to wait a fifth longer for figures.
const coverage = process.env.CI ? ["--coverage"] : [];
const steps = await runSteps(STATIC_STEPS);
tellOutcome(sum(steps, await runVitest("tests", [...coverage, ...args])));
