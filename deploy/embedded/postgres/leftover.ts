import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processCommand } from "../process-command.ts";
import { StartError } from "../start-error.ts";

/** How long a fast shutdown may take: it writes a checkpoint. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * Ends the PostgreSQL of this data folder that outlived a platform killed by force. Afterwards nothing runs on the folder
 * and it has no lock file.
 *
 * @throws {StartError} when it does not end.
 */
export async function endLeftoverPostgres(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir);
  if (pid === undefined) return;
  if (await isPostgresOf(pid, dataDir)) {
    process.kill(pid, "SIGINT");
    await waitForEnd(pid, dataDir);
  }
  // PostgreSQL would refuse to start while its number is somebody's: another process's after a reboot or in a new container,
  // or its own as long as nobody collected the dead. That its backends are gone it checks by the shared memory as well.
  await rm(join(dataDir, "postmaster.pid"), { force: true });
}

async function waitForEnd(pid: number, dataDir: string): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (await isPostgresOf(pid, dataDir)) {
    if (Date.now() > deadline) {
      throw new StartError(
        `An earlier PostgreSQL (process ${pid}) works on ${dataDir} and does not end. End it by hand.`,
      );
    }
    await sleep(20);
  }
}

/** The process id in the lock file of PostgreSQL. */
async function postmasterPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n", 1)[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Whether this process is alive and the PostgreSQL of this folder. The dead have no command line. */
async function isPostgresOf(pid: number, dataDir: string): Promise<boolean> {
  const command = (await processCommand(pid)) ?? "";
  return /(^|\/)postgres /u.test(command) && command.includes(` -D ${dataDir} `);
}
