import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Spawn options that make a child run as somebody else; empty when it runs as we do. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody` and `nogroup` on Debian; the numbers that every Linux reserves for the least privileged account. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/** PostgreSQL refuses to run as root, so root runs it as nobody; everybody else runs it as themselves. */
export function postgresAccount(): Account {
  return process.getuid?.() === 0 ? NOBODY : {};
}

/** Whether the account can enter this folder: a home folder with mode 0700 somewhere above it is enough to prevent that. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  return succeeds("/bin/sh", ["-c", 'cd "$1"', "sh", folder], account);
}

/** Whether the account can run this program. */
export async function canRun(account: Account, program: string): Promise<boolean> {
  return succeeds(program, ["--version"], account);
}

async function succeeds(program: string, args: string[], account: Account): Promise<boolean> {
  return promisify(execFile)(program, args, { ...account, cwd: "/" }).then(
    () => true,
    () => false,
  );
}
