import { spawn } from "node:child_process";
import { failure, NOTHING, type Outcome, sum } from "./report.ts";

/** One command of a check, and what it proves. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** What a developer wants to know before a commit: seconds, no engine. */
export const STATIC_STEPS: readonly Step[] = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--quiet"] },
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "unused code", command: ["knip"] },
  { name: "contract is generated", command: ["node", "contracts/tools/newgen.ts", "--check"] },
  { name: "configuration is generated", command: ["node", "deploy/generate.ts", "--check"] },
];

export interface RunOptions {
  /** Ours by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** When what it prints is shown: of what runs side by side, one comes as it prints, and the others wait for their end. */
  readonly shown?: "as it comes" | "at its end";
}

/** Runs one step in this terminal. @returns whether it passed. */
export async function runStep(
  step: Step,
  { env = process.env, shown = "as it comes" }: RunOptions = {},
): Promise<boolean> {
  if (shown === "as it comes") console.log(titleOf(step));
  const { passed, line, output } = await run(step, env, shown === "as it comes" ? "inherit" : "pipe");
  console.log(shown === "as it comes" ? line : `${titleOf(step)}\n${output}${line}`);
  return passed;
}

/** Runs steps side by side. */
export async function runSteps(steps: readonly Step[]): Promise<Outcome> {
  const outcomes = steps.map(async (step) => {
    const passed = await runStep(step, { shown: "at its end" });
    return passed ? { ...NOTHING, passed: 1 } : failure(step.name);
  });
  return sum(...(await Promise.all(outcomes)));
}

interface Ended {
  readonly passed: boolean;
  /** What the step ended with, in a line. */
  readonly line: string;
  /** Empty when it was printed already. */
  readonly output: string;
}

function run(
  { name, command: [command, ...args] }: Step,
  env: NodeJS.ProcessEnv,
  to: "inherit" | "pipe",
): Promise<Ended> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", to, to], env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const end = (passed: boolean, why: string) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      resolve({ passed, line: `── ${name}: ${passed ? "passed" : `FAILED (${why})`} after ${seconds} s`, output });
    };
    child.on("error", (error) => end(false, error.message));
    child.on("close", (code, signal) => end(code === 0, signal ?? `exit code ${code}`));
  });
}

function titleOf({ name, command }: Step): string {
  return `\n── ${name}: ${command.join(" ")}`;
}
