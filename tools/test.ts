// `npm test`: everything that must hold. Static steps, then all tests on engines of their own; every step and every test counts in the
// closing line. Where CI is set the unit and integration tests measure coverage: stories and faults run programs, which none is measured of. Arguments go to vitest: `npm test -- --project unit`.
import { type Outcome, sum, tellOutcome } from "./report.ts";
import { runVitest } from "./run-vitest.ts";
import { runSteps, STATIC_STEPS } from "./steps.ts";

const args = process.argv.slice(2);
// Whoever waits for the answer is not made to wait a fifth longer for figures.
const coverage = process.env.CI ? ["--coverage"] : [];
const steps = await runSteps(STATIC_STEPS);
tellOutcome(sum(steps, args.length > 0 ? await runVitest("tests", [...coverage, ...args]) : await testAll()));

/** The projects that need nothing that is not here; the others ask for engines of the environment. */
async function testAll(): Promise<Outcome> {
  const parts = await runVitest("parts", [...coverage, "--project", "unit", "--project", "integration"]);
  // A story mostly waits for its platform, so the faults have theirs meanwhile.
  const wholes = await Promise.all([
    runVitest("stories", ["--project", "e2e"], { shown: "at its end" }),
    runVitest("faults", ["--project", "faults"]),
  ]);
  return sum(parts, ...wholes);
}
