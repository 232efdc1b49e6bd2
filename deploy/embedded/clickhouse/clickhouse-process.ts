import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Engine } from "../keep-running.ts";
import { StartError } from "../start-error.ts";
import type { ChildAnswer, ChildOptions } from "./child.ts";

export interface ClickHouseProcessOptions extends ChildOptions {
  readonly logFile: string;
}

/** A child of an earlier platform ends by itself as soon as it notices that its parent is gone. */
const TAKE_OVER_MS = 3_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Starts one process of the embedded ClickHouse and waits until it listens.
 *
 * @throws {StartError} with the reason.
 */
export async function startClickHouseProcess(options: ClickHouseProcessOptions): Promise<Engine> {
  const deadline = Date.now() + TAKE_OVER_MS;
  for (;;) {
    const child = await forkChild(options);
    const ended = once(child, "exit").then(([code, signal]) => String(signal ?? code));
    const { folder, port, users } = options;
    child.send({ folder, port, users } satisfies ChildOptions);
    const answer = await Promise.race([once(child, "message").then(([message]) => message as ChildAnswer), ended]);
    if (typeof answer === "object" && answer.listening) {
      return { pid: child.pid ?? 0, ended, stop: () => stop(child) };
    }
    await stop(child);
    if (Date.now() > deadline || !isHeldByAnother(answer)) throw startError(options, answer);
    await sleep(200);
  }
}

/** In a session of its own, so that Ctrl-C in the terminal does not reach it; without our environment, which it needs not. The
 * folder is on the command line for whoever looks at the processes. */
async function forkChild({ folder, logFile }: ClickHouseProcessOptions): Promise<ChildProcess> {
  await using log = await open(logFile, "w", 0o600);
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return fork(fileURLToPath(new URL("child.ts", import.meta.url)), [folder], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, TZ: "UTC" },
    execArgv: [],
    detached: true,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(force);
}

/** Whether somebody has the port or the folder, who may be about to leave. */
function isHeldByAnother(answer: ChildAnswer | string): boolean {
  return typeof answer === "object" && !answer.listening && ["EADDRINUSE", "CHDB_CONNECTION"].includes(answer.code);
}

function startError(options: ClickHouseProcessOptions, answer: ChildAnswer | string): StartError {
  if (typeof answer === "object" && !answer.listening && answer.code === "EADDRINUSE") {
    return new StartError(
      `Port ${options.port} on 127.0.0.1, wanted for ClickHouse, is taken by another program. ` +
        `End that program or choose other ports with PORT (ClickHouse takes PORT+3).`,
    );
  }
  const reason = typeof answer === "object" && !answer.listening ? answer.reason : "it ended";
  return new StartError(
    `ClickHouse does not start on ${options.folder}: ${reason}. Its output is in ${options.logFile}. ` +
      `If the folder is broken, start with --fresh to begin anew, which deletes all data.`,
  );
}
