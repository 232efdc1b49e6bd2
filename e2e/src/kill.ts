import { readdir, readFile } from "node:fs/promises";

/** The processes of this machine that carry `text` in their command line, this process excepted. Linux only. */
export async function processesNaming(text: string): Promise<number[]> {
  const entries = await readdir("/proc");
  const pids = entries.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return command.includes(text) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

/** kill -9 of all these processes at one moment; one that is gone already is none. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended between the look and the kill.
    }
  }
}
