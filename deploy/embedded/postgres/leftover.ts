import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processCommand } from "../process-command.ts";
import { StartError } from "../start-error.ts";

/** How long a fast shutdown may take: it writes a checkpoint. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * Ends the PostgreSQL of this data folder that outlived a platform killed by force. Afterwards nothing runs on the folder.
 *
 * @throws {StartError} when it does not end.
 */
export async function endLeftoverPostgres(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir);
  if (pid === undefined) return;
  const command = await processCommand(pid);
  if (command === undefined) return;
  if (!isPostgresOf(command, dataDir)) {
    // The number now belongs to somebody else: after a reboot, or in a new container. PostgreSQL would refuse to start.
    await rm(join(dataDir, "postmaster.pid"), { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if ((await processCommand(pid)) === undefined) return;
    await sleep(20);
  }
  throw new StartError(
    `An earlier PostgreSQL (process ${pid}) still runs on ${dataDir} and does not end. End it by hand.`,
  );
}

/** The process id in the lock file of PostgreSQL. */
export async function postmasterPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n", 1)[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isPostgresOf(command: string, dataDir: string): boolean {
  return /(^|\/)postgres /.test(command) && command.includes(` -D ${dataDir} `);
}
