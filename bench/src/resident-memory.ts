import { readFile, writeFile } from "node:fs/promises";

const KIB_PER_MIB = 1024;
/** Written to clear_refs, forgets how much memory the process held at the most: proc(5). */
const FORGET_PEAK = "5";

/** What a process held of the machine's memory, in MB, before and at the most during some work. */
export interface Growth {
  readonly before: number;
  readonly peak: number;
}

/** Does the work and watches what it makes a process hold; the kernel notes the peak, so none is missed. Linux only. */
export async function memoryDuring(pid: number, work: () => Promise<void>): Promise<Growth> {
  const before = await mibOf(pid, "VmRSS");
  await writeFile(`/proc/${pid}/clear_refs`, FORGET_PEAK);
  await work();
  return { before, peak: await mibOf(pid, "VmHWM") };
}

async function mibOf(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(String.raw`^${name}:\s+(\d+) kB$`, "m").exec(status)?.[1]) / KIB_PER_MIB;
}
