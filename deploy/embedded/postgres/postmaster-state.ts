import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What PostgreSQL says of itself in its lock file. */
export type PostmasterState = "starting" | "ready" | "stopping";

const STATES: readonly string[] = ["starting", "ready", "stopping"] satisfies PostmasterState[];

/** How the postmaster `pid` on this data folder is; undefined while it has not said so. */
export async function postmasterState(pid: number, dataDir: string): Promise<PostmasterState | undefined> {
  const lines = (await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const state = lines[7]?.trim() ?? "";
  return lines[0] === String(pid) && isState(state) ? state : undefined;
}

function isState(text: string): text is PostmasterState {
  return STATES.includes(text);
}
