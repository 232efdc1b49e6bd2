import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Compose's own verbs, on containers whose ports a person of this machine can reach. */
const COMPOSE = "docker compose -f docker-compose.yml -f docker-compose.faults.yml";
const TIMEOUT_MS = 120_000;

/** What may happen to an engine. */
export type Verb = "kill" | "start" | "stop" | "pause" | "unpause";

/** How engines are killed and started: `kafka-1`, `redis`, … Resolves when it is done; not when the engine is ready. */
export type EngineControl = (verb: Verb, engine: string) => Promise<void>;

/**
 * Engines by the program that `FAULTS_CONTROL` names, called as `<program> kill kafka-1`; docker compose unless it is set.
 * What it cannot do, it says by an exit code, and the programme ends.
 */
export function engineControl(env: NodeJS.ProcessEnv): EngineControl {
  const [program = "", ...args] = (env.FAULTS_CONTROL ?? COMPOSE).split(/\s+/);
  return async (verb, engine) => {
    await run(program, [...args, verb, engine], { timeout: TIMEOUT_MS });
  };
}
