import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../keep-running.ts";
import { StartError } from "../start-error.ts";
import type { Account } from "./account.ts";
import { hastenShutdown } from "./hasten-shutdown.ts";
import { endLeftoverPostgres } from "./leftover.ts";
import { postmasterState } from "./postmaster-state.ts";
import { type Durability, postgresArguments } from "./settings.ts";

export interface PostgresProcessOptions {
  /** The program. */
  readonly postgres: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly account: Account;
  readonly port: number;
  readonly durability: Durability;
}

/** Recovery after a crash replays the log from the last checkpoint: seconds, rarely more. */
const START_TIMEOUT_MS = 120_000;
/** A fast shutdown rolls back what is open and writes a checkpoint. */
const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts one `postgres` and waits until it takes connections.
 *
 * @throws {StartError} with the reason from its log.
 */
export async function startPostgresProcess(options: PostgresProcessOptions): Promise<Engine> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    await endLeftoverPostgres(options.dataDir);
    const child = await spawnPostgres(options);
    const pid = child.pid;
    if (pid === undefined) throw new StartError(`PostgreSQL cannot be run: ${options.postgres}`);
    const ended = once(child, "exit").then(([code, signal]) => String(signal ?? code));
    if (await becomesReady(child, pid, options.dataDir, deadline)) {
      void hastenShutdown(child, pid, options.dataDir);
      return { pid, ended, stop: () => stopPostgres(child) };
    }
    await stopPostgres(child);
    const reason = await lastLines(options.logFile);
    // The backends of a killed postmaster need a moment to notice that it is gone.
    if (!reason.includes("pre-existing shared memory block") || Date.now() > deadline)
      throw startError(options, reason);
    await sleep(100);
  }
}

/** In a session of its own: Ctrl-C must not reach it before the services have drained. Its log is a file, so that nothing
 * of it depends on our life. */
async function spawnPostgres(options: PostgresProcessOptions): Promise<ChildProcess> {
  await using log = await open(options.logFile, "w", 0o600);
  const child = spawn(options.postgres, postgresArguments(options), {
    ...options.account,
    cwd: "/",
    env: { LC_ALL: "C", PATH: "" },
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  await Promise.race([once(child, "spawn"), once(child, "error")]);
  if (child.pid !== undefined) guard(child, child.pid, options.dataDir);
  return child;
}

/**
 * Ends PostgreSQL when we are killed by force: a shell of 1 MB reads a pipe whose other end is ours, and only the end of
 * our process closes it. It takes another look at the lock file, in case the number has passed on to somebody else.
 */
function guard(child: ChildProcess, pid: number, dataDir: string): void {
  const script = `read -r _; read -r pid < "$2/postmaster.pid" && [ "$pid" = "$1" ] && kill -INT "$1"`;
  const shell = spawn("/bin/sh", ["-c", script, "animal-delivery-guard", String(pid), dataDir], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  child.once("exit", () => shell.kill("SIGKILL"));
}

/** Whether it came up; false when it ended or the time is over. */
async function becomesReady(child: ChildProcess, pid: number, dataDir: string, deadline: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if ((await postmasterState(pid, dataDir)) === "ready") return true;
    await sleep(10);
  }
  return false;
}

async function stopPostgres(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGINT");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(force);
}

async function lastLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  return text.trim().split("\n").slice(-6).join("\n");
}

function startError(options: PostgresProcessOptions, reason: string): StartError {
  if (reason.includes("Address already in use")) {
    return new StartError(
      `Port ${options.port} on 127.0.0.1, wanted for PostgreSQL, is taken by another program. ` +
        `End that program or choose other ports with PORT (PostgreSQL takes PORT+2).`,
    );
  }
  return new StartError(`PostgreSQL does not start. The end of ${options.logFile}:\n${reason}`);
}
