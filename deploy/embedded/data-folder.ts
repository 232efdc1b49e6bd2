import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPILE_CACHE, foreignNames, isOwnName, LOCK, POSTGRES_FOLDER } from "./data-folder-names.ts";
import { removePostgres } from "./postgres/remove-postgres.ts";
import { processCommand } from "./process-command.ts";
import { StartError } from "./start-error.ts";

/** A folder that this process alone works in. */
export interface DataFolder extends AsyncDisposable {
  /** The path of something in it. */
  path(...names: string[]): string;
}

/**
 * Makes the folder when there is none, takes it for this process, and empties it when `fresh`. Lets go when disposed; a
 * process that was killed holds nothing.
 *
 * @throws {StartError} when another platform works in it, it holds files of something else, or it cannot be used.
 */
export async function openDataFolder(folder: string, fresh: boolean): Promise<DataFolder> {
  assertOurs(folder);
  await prepare(folder);
  const lock = join(folder, LOCK);
  await take(lock, folder);
  if (fresh) await empty(folder);
  return {
    path: (...names) => join(folder, ...names),
    [Symbol.asyncDispose]: () => rm(lock, { force: true }),
  };
}

function assertOurs(folder: string): void {
  const foreign = foreignNames(folder);
  if (foreign.length === 0) return;
  throw new StartError(
    `${folder} holds files of something else (${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? ", …" : ""}). ` +
      `DATA_DIR has to name a new folder, an empty one, or one of an earlier start.`,
  );
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
    if (name === LOCK || name === COMPILE_CACHE || !isOwnName(name)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
