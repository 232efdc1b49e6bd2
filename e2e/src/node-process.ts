import { spawn } from "node:child_process";
import { once } from "node:events";

const STOP_TIMEOUT_MS = 30_000;

/** A program of this repository, running as a process of its own. */
export interface NodeProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** What it printed so far. */
  output(): string;
  /** SIGTERM, and waits for the end. @returns the exit code. */
  stop(): Promise<number | null>;
  /** kill -9, as a crash would end it; whoever it started is left to fend for itself. */
  kill(): Promise<void>;
}

/** Runs a TypeScript file with these variables on top of our own. */
export function runNode(file: string, env: Readonly<Record<string, string>>): NodeProcess {
  const chunks: string[] = [];
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  child.stdout.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    isRunning,
    output: () => chunks.join(""),
    async stop() {
      if (!isRunning()) return child.exitCode;
      child.kill("SIGTERM");
      await once(child, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
      return child.exitCode;
    },
    async kill() {
      if (!isRunning()) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/**
 * Waits until `url` answers 200.
 *
 * @throws {Error} with the output of the process, which is killed, when it ends before or the time is over.
 */
export async function becomesReady(program: NodeProcess, url: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (program.isRunning() && Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await program.kill();
  throw new Error(`${url} did not become ready:\n${program.output()}`);
}
