// `npm test`: everything that must hold. Static steps, then all tests on real engines with coverage; every step and every
// test counts in the closing line. Arguments go to vitest: `npm test -- --project unit`.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, STATIC_STEPS } from "./steps.ts";

/** What needs nothing that is not here. The project `engines` asks for engines of the environment. */
const OWN_ENGINES = ["unit", "integration", "e2e", "faults"].flatMap((name) => ["--project", name]);

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

async function runVitest(args: string[]): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-test-"));
  const file = join(folder, "report.json");
  try {
    const ok = await runStep({
      name: "tests",
      command: [
        "vitest",
        "run",
        "--coverage",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${file}`,
        ...args,
      ],
    });
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    // A run that failed without a failed test (a broken file, an unhandled error) still fails once.
    const failed = Math.max(report.numFailedTests, ok && report.success ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
for (const step of STATIC_STEPS) {
  if (await runStep(step)) passed += 1;
  else failed += 1;
}
const tests = await runVitest(process.argv.length > 2 ? process.argv.slice(2) : OWN_ENGINES);
passed += tests.passed;
failed += tests.failed + (tests.passed + tests.failed === 0 ? 1 : 0);

console.log(`\n${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
