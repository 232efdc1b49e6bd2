import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removePostgres } from "./postgres/remove-postgres.ts";
import { processCommand } from "./process-command.ts";
import { StartError } from "./start-error.ts";

/** The code of the modules, compiled; no state. `main.ts` names it to Node. */
export const COMPILE_CACHE = "compile-cache";

/** PostgreSQL's folder in it, which may be a link to another place. */
export const POSTGRES_FOLDER = "postgres";

const LOCK = "platform.lock";

/** A folder that this process alone works in. */
export interface DataFolder extends AsyncDisposable {
  /** The path of something in it. */
  path(...names: string[]): string;
}

/**
 * Makes the folder when there is none, takes it for this process, and empties it when `fresh`. Lets go when disposed; a
 * process that was killed holds nothing.
 *
 * @throws {StartError} when another platform works in it, or it cannot be used.
 */
export async function openDataFolder(folder: string, fresh: boolean): Promise<DataFolder> {
  await prepare(folder);
  const lock = join(folder, LOCK);
  await take(lock, folder);
  if (fresh) await empty(folder);
  return {
    path: (...names) => join(folder, ...names),
    [Symbol.asyncDispose]: () => rm(lock, { force: true }),
  };
}

async function prepare(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    // PostgreSQL, which does not run as root, has to pass; what is secret in here has modes of its own.
    const { mode } = await stat(folder);
    if (process.getuid?.() === 0 && (mode & 0o001) === 0) await chmod(folder, mode | 0o011);
  } catch (cause) {
    throw new StartError(`The data folder ${folder} cannot be used: ${String(cause)}`, { cause });
  }
}

async function take(lock: string, folder: string): Promise<void> {
  const content = JSON.stringify({ pid: process.pid, command: await processCommand(process.pid) });
  try {
    await writeFile(lock, content, { flag: "wx", mode: 0o600 });
    return;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const holder = await livingHolder(lock);
  if (holder !== undefined) {
    throw new StartError(
      `Another platform (process ${holder}) works in ${folder}. Stop it, or choose another folder with DATA_DIR ` +
        `and other ports with PORT.`,
    );
  }
  // Its holder was killed. A rename puts ours in its place at once.
  await writeFile(`${lock}.${process.pid}`, content, { mode: 0o600 });
  await rename(`${lock}.${process.pid}`, lock);
}

/** The process that holds the lock; undefined when it is gone and its number, perhaps, somebody else's. */
async function livingHolder(lock: string): Promise<number | undefined> {
  try {
    const { pid, command } = JSON.parse(await readFile(lock, "utf8")) as { pid: number; command: string };
    return pid !== process.pid && (await processCommand(pid)) === command ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function empty(folder: string): Promise<void> {
  await removePostgres(join(folder, POSTGRES_FOLDER));
  for (const name of await readdir(folder)) {
    if (name === LOCK || name === COMPILE_CACHE) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
