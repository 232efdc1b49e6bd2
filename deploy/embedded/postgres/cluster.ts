import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { StartError } from "../start-error.ts";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { exists, giveTo } from "./folder.ts";

/** The major version whose files the embedded programs read. */
const MAJOR_VERSION = "18";

/** A database cluster on disk. */
export interface Cluster {
  /** The folder for `postgres -D`. */
  readonly dataDir: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
}

/**
 * Makes the cluster in `folder`, or opens the one that is there. An initdb that was cut short leaves nothing that counts:
 * it works beside the final place, and a rename finishes it.
 *
 * @throws {StartError} when the folder holds something else than a cluster of this version.
 */
export async function openCluster(
  folder: string,
  binaries: Binaries,
  account: Account,
  sync: boolean,
): Promise<Cluster> {
  const dataDir = join(folder, "data");
  const passwordFile = join(folder, "password");
  if (!(await exists(dataDir))) {
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await giveTo(account, passwordFile);
    await makeCluster(join(folder, "data.new"), passwordFile, binaries, account, sync);
    await rename(join(folder, "data.new"), dataDir);
  }
  await assertUsable(folder, dataDir);
  return { dataDir, password: (await readFile(passwordFile, "utf8")).trim() };
}

async function makeCluster(
  dataDir: string,
  passwordFile: string,
  binaries: Binaries,
  account: Account,
  sync: boolean,
): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  const args = ["-D", dataDir, "-U", "postgres", "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8"];
  // The built-in C.UTF-8 sorts and compares in the same way on every operating system.
  args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions");
  if (!sync) args.push("--no-sync");
  try {
    await promisify(execFile)(binaries.initdb, args, { ...account, cwd: "/", env: { LC_ALL: "C", PATH: "" } });
  } catch (cause) {
    throw new StartError(`PostgreSQL could not make its files in ${dataDir}: ${stderrOf(cause)}`, { cause });
  }
}

async function assertUsable(folder: string, dataDir: string): Promise<void> {
  const version = (await readFile(join(dataDir, "PG_VERSION"), "utf8").catch(() => "")).trim();
  if (version === MAJOR_VERSION && (await exists(join(folder, "password")))) return;
  const found = version === "" || version === MAJOR_VERSION ? "is broken" : `was made by PostgreSQL ${version}`;
  throw new StartError(
    `The database folder ${folder} ${found}. Start with --fresh to begin anew, which deletes all data.`,
  );
}

function stderrOf(error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return stderr === "" ? String(error) : stderr;
}
