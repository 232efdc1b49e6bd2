import { readFile } from "node:fs/promises";
import type { EnvPlatform } from "./start-env-platform.ts";
import { SERVICES } from "./surroundings.ts";

const KIB_PER_MIB = 1024;

/** How much memory each service holds, in a line: `orders 118 MB, …`. Empty where /proc is not. */
export async function memoryOf(platform: EnvPlatform): Promise<string> {
  const parts = SERVICES.map(async (name) => {
    const kib = await residentKib(platform.service(name).pid);
    return kib === undefined ? [] : [`${name} ${Math.round(kib / KIB_PER_MIB)} MB`];
  });
  return (await Promise.all(parts)).flat().join(", ");
}

async function residentKib(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib);
}
