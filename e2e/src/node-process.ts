import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

const STOP_TIMEOUT_MS = 30_000;
/** How much of its output a process is remembered by, in characters. */
const OUTPUT_MAX = 200_000;

/** A program of this repository, running as a process of its own. */
export interface NodeProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** What it printed lately. */
  output(): string;
  /** SIGTERM, and waits for the end. @returns the exit code. */
  stop(): Promise<number | null>;
  /** kill -9, as a crash would end it; whoever it started is left to fend for itself. */
  kill(): Promise<void>;
  /** Resolves with the exit code when it ended; null after a signal. */
  readonly ended: Promise<number | null>;
}

export interface RunOptions {
  readonly args?: readonly string[];
  /** Where all of its output goes as well, behind what is there. */
  readonly outputFile?: string;
}

/** Runs a TypeScript file with these variables on top of our own. */
export function runNode(
  file: string,
  env: Readonly<Record<string, string>>,
  { args = [], outputFile }: RunOptions = {},
): NodeProcess {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [file, ...args], { stdio: [...stdio], env: { ...process.env, ...env } });
  const copy = outputFile === undefined ? undefined : createWriteStream(outputFile, { flags: "a" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_MAX);
      copy?.write(text);
    });
  }
  const ended = once(child, "close").then(async () => {
    if (copy) await finished(copy.end());
    return child.exitCode;
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    isRunning,
    ended,
    output: () => output,
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
