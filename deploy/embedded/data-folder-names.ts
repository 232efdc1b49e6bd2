import { readdirSync } from "node:fs";

/** The code of the modules, compiled; no state. `main.ts` names it to Node. */
export const COMPILE_CACHE = "compile-cache";

/** PostgreSQL's folder in the data folder, which may be a link to another place. */
export const POSTGRES_FOLDER = "postgres";

/** Says which process works in the folder. */
export const LOCK = "platform.lock";

/** Everything that a platform keeps in its data folder. */
const OWN_NAMES = [COMPILE_CACHE, POSTGRES_FOLDER, LOCK, "certificates", "clickhouse", "identity", "logs", "mail"];

/** Whether the platform made this; a lock that is being replaced has a number behind its name. */
export function isOwnName(name: string): boolean {
  return OWN_NAMES.includes(name) || name.startsWith(`${LOCK}.`);
}

/**
 * What in the folder is not a platform's, hidden files apart; nothing when there is no such folder. A folder with such files
 * is somebody's home or project, named by mistake: `--fresh` must not come near it.
 */
export function foreignNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !isOwnName(name) && !name.startsWith("."));
  } catch {
    return [];
  }
}
