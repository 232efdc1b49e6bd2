import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "./steps.ts";

/** How many tests a run passed, failed and left out. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs vitest in this terminal. A run without a test, or one that broke without a failed test, fails once. */
export async function runVitest(name: string, args: readonly string[], env = process.env): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-test-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const ok = await runStep({ name, command: ["vitest", "run", ...reporters, ...args] }, env);
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = report;
    const broken = !ok || !report.success || passed + numFailedTests === 0;
    return { passed, failed: Math.max(numFailedTests, broken ? 1 : 0), skipped };
  } catch (error) {
    console.error(error);
    return { ...NOTHING, failed: 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function sum(...all: readonly Counts[]): Counts {
  return all.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
    }),
    NOTHING,
  );
}

/** Prints the closing line, which says how it all went, and sets the exit code after it. */
export function tellCounts({ passed, failed, skipped }: Counts): void {
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
