import { spawn } from "node:child_process";

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

/** Runs one step in this terminal. @returns whether it passed. */
export function runStep(step: Step, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const [command, ...args] = step.command;
  const startedAt = performance.now();
  console.log(`\n── ${step.name}: ${step.command.join(" ")}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], env });
    const end = (passed: boolean, why: string) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`── ${step.name}: ${passed ? "passed" : `FAILED (${why})`} after ${seconds} s`);
      resolve(passed);
    };
    child.on("error", (error) => end(false, error.message));
    child.on("exit", (code, signal) => end(code === 0, signal ?? `exit code ${code}`));
  });
}
