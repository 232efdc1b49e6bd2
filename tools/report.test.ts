import { describe, expect, it } from "vitest";
import { failure, NOTHING, outcomeOf, type Report, sum } from "./report.ts";

type File = Report["testResults"][number];

describe("outcomeOf", () => {
  it("counts what passed and names nothing", () => {
    const report = reportOf({ numPassedTests: 2 }, [file("passed", [test("passed"), test("passed")])]);

    expect(outcomeOf("tests", "/here", report, true)).toEqual({ ...NOTHING, passed: 2 });
  });

  it("names each failed test by file and name, with the first line of why", () => {
    const failed = test("failed", ["AssertionError: expected 1 to be 2\n    at somewhere"]);
    const report = reportOf({ numPassedTests: 1, numFailedTests: 1, success: false }, [
      file("failed", [test("passed"), failed]),
    ]);

    expect(outcomeOf("tests", "/here", report, false)).toEqual({
      ...NOTHING,
      passed: 1,
      failed: 1,
      failures: ["a/b.test.ts > it holds: AssertionError: expected 1 to be 2"],
    });
  });

  it("names a file that could not be read beside tests that passed", () => {
    const report = reportOf({ numPassedTests: 1, success: false }, [
      file("passed", [test("passed")]),
      file("failed", [], "SyntaxError: no"),
    ]);

    expect(outcomeOf("tests", "/here", report, false)).toMatchObject({
      failed: 1,
      failures: ["a/b.test.ts: SyntaxError: no"],
    });
  });

  it.each([
    ["without a test", reportOf({}, []), true],
    ["that ended badly though every test passed", reportOf({ numPassedTests: 1 }, []), false],
  ])("fails a run %s once", (_, report, exitedWell) => {
    expect(outcomeOf("tests", "/here", report, exitedWell)).toMatchObject({
      failed: 1,
      failures: ["tests: broke without a failed test"],
    });
  });
});

it("sums outcomes and keeps what each names", () => {
  const all = sum({ ...NOTHING, passed: 3 }, failure("types"), failure("stories", "no port\nat all"));

  expect(all).toEqual({ passed: 3, failed: 2, skipped: 0, failures: ["types", "stories: no port"] });
});

function reportOf(counts: Partial<Report>, testResults: readonly File[]): Report {
  return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: true, ...counts, testResults };
}

function file(status: string, assertionResults: File["assertionResults"], message = ""): File {
  return { name: "/here/a/b.test.ts", status, message, assertionResults };
}

function test(status: string, failureMessages: readonly string[] = []) {
  return { status, fullName: "it holds", failureMessages };
}
