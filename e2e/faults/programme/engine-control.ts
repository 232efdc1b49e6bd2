import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const TIMEOUT_MS = 120_000;

/** What may happen to an engine. */
export type Verb = "kill" | "start" | "stop" | "pause" | "unpause";

/** How engines are killed and started: `kafka-1`, `redis`, … Resolves when it is done; not when the engine is ready. */
export type EngineControl = (verb: Verb, engine: string) => Promise<void>;

/**
 * Engines by the program that `FAULTS_CONTROL` names, called as `<program> kill kafka-1`: docker compose understands these
 * verbs. What it cannot do, it says by an exit code.
 */
export function engineControl(env: NodeJS.ProcessEnv): EngineControl {
  const [program = "", ...args] = (env.FAULTS_CONTROL ?? "").split(/\s+/);
  if (program === "") throw new Error("FAULTS_CONTROL is not set: the program that kills and starts engines");
  return async (verb, engine) => {
    await run(program, [...args, verb, engine], { timeout: TIMEOUT_MS });
  };
}
