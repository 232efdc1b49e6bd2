import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** The command line of a running process, its arguments joined by spaces; undefined when there is no such process. */
export async function processCommand(pid: number): Promise<string | undefined> {
  const text = existsSync("/proc/self/cmdline")
    ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
    : await promisify(execFile)("ps", ["-o", "args=", "-p", String(pid)]).then(
        (result) => result.stdout,
        () => "",
      );
  const command = text.replaceAll("\0", " ").trim();
  return command === "" ? undefined : command;
}
