import { readFile } from "node:fs/promises";

/** Linux counts processor time in ticks of this many a second for user space, whatever the kernel's own clock is. */
const TICKS_PER_SECOND = 100;

/** Processor seconds (user and system) a process has used so far, its threads included. Linux only. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold anything; the fields after it are plain. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
