import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { postmasterState } from "./postmaster-state.ts";

const LOOK_MS = 500;

/**
 * A SIGTERM, which people and system tools send, is PostgreSQL's smart shutdown: it refuses newcomers and waits until all
 * clients have left. Pools never leave, so it would neither serve nor end. Turns such a shutdown into a fast one; returns
 * when the process has ended.
 */
export async function hastenShutdown(child: ChildProcess, pid: number, dataDir: string): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if ((await postmasterState(pid, dataDir)) === "stopping") child.kill("SIGINT");
    await sleep(LOOK_MS, undefined, { ref: false });
  }
}
