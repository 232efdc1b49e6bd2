import { chown, lstat, mkdir, mkdtemp, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Account, canEnter } from "./account.ts";

/** Where root keeps what an unprivileged account must reach. */
const SHARED_STATE = "/var/lib/animal-delivery";

/**
 * Makes the folder that holds PostgreSQL's files and answers its real path, one that the account can enter. When the
 * wanted place lies below a private folder (root's own home is one), the files go to /var/lib and the wanted place becomes
 * a link to them.
 */
export async function postgresFolder(wanted: string, account: Account): Promise<string> {
  if (await exists(wanted)) return realpath(wanted);
  await mkdir(dirname(wanted), { recursive: true, mode: 0o711 });
  if (account.uid === undefined || (await canEnter(account, dirname(wanted)))) {
    await mkdir(wanted, { mode: 0o700 });
  } else {
    await mkdir(SHARED_STATE, { recursive: true, mode: 0o711 });
    await symlink(await mkdtemp(join(SHARED_STATE, "postgres-")), wanted);
  }
  await giveTo(account, wanted);
  return realpath(wanted);
}

/** Hands a file or folder to the account. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}

/** Whether something is there, be it a link to nowhere. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
