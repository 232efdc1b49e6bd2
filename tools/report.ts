/** What a run of tests ended with. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Left out. */
  readonly skipped: number;
  /** A line for each failure: what failed, and the first that it says of why. */
  readonly failures: readonly string[];
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** The part that we read of what vitest's reporter `json` writes. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** Characters of what a failure says. The whole of it stands where the test ran. */
const REASON_MAX = 300;

/** An outcome of one failure. */
export function failure(what: string, why = ""): Outcome {
  const reason = why.split("\n", 1)[0]?.slice(0, REASON_MAX) ?? "";
  return { ...NOTHING, failed: 1, failures: [reason === "" ? what : `${what}: ${reason}`] };
}

/** @param name of the run, @param folder that files are named from. A run without a test, or one that broke without a failed test, fails once. */
export function outcomeOf(name: string, folder: string, report: Report, exitedWell: boolean): Outcome {
  const failures = report.testResults.flatMap((file) => {
    const path = file.name.replace(`${folder}/`, "");
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    if (file.status === "failed" && failed.length === 0) return failure(path, file.message).failures;
    return failed.flatMap((test) => failure(`${path} > ${test.fullName}`, test.failureMessages?.[0]).failures);
  });
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
  };
  const broken = !exitedWell || !report.success || counts.passed + counts.failed === 0;
  if (!broken || counts.failed > 0) return { ...counts, failures };
  return { ...counts, failed: 1, failures: failures.length > 0 ? failures : [`${name}: broke without a failed test`] };
}

export function sum(...all: readonly Outcome[]): Outcome {
  return all.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
      failures: [...a.failures, ...b.failures],
    }),
    NOTHING,
  );
}

/** Prints what failed and, last, the closing line, which says how it all went; sets the exit code after it. */
export function tellOutcome({ passed, failed, skipped, failures }: Outcome): void {
  if (failures.length > 0) console.log("");
  for (const line of failures) console.log(`failed: ${line}`);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
