import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keepRunning, type RunningEngine } from "../keep-running.ts";
import { postgresAccount } from "./account.ts";
import { postgresBinaries } from "./binaries.ts";
import { openCluster } from "./cluster.ts";
import { postgresFolder } from "./folder.ts";
import { startPostgresProcess } from "./postgres-process.ts";
import type { Durability } from "./settings.ts";

export interface PostgresOptions {
  /** Where its files are or will be. One platform at a time may use a folder: the caller holds its lock. */
  readonly folder: string;
  /** Its port on 127.0.0.1. */
  readonly port: number;
  readonly durability: Durability;
  /** Takes one line about each death and restart. */
  readonly report: (line: string) => void;
}

/** A real PostgreSQL 18 that lives and dies with us. */
export interface EmbeddedPostgres extends RunningEngine {
  /** The address of one of its databases, superuser and password included. */
  url(database: string): string;
}

/**
 * Starts PostgreSQL on loopback, making its files when there are none, as an unprivileged account when we are root. One
 * that outlived an earlier platform on the same folder is ended first. It is started again should it die.
 *
 * @throws {StartError} for everything the person can put right: a taken port, a broken folder, an unknown system.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  await mkdir(dirname(options.folder), { recursive: true });
  const folder = await postgresFolder(options.folder, account);
  const binaries = await postgresBinaries(folder, account);
  const cluster = await openCluster(folder, binaries, account, options.durability === "full");

  const start = () =>
    startPostgresProcess({
      postgres: binaries.postgres,
      dataDir: cluster.dataDir,
      logFile: join(folder, "postgres.log"),
      account,
      port: options.port,
      durability: options.durability,
    });
  const running = await keepRunning("PostgreSQL", start, options.report);
  const url = (database: string) => `postgres://postgres:${cluster.password}@127.0.0.1:${options.port}/${database}`;
  return { ...running, url };
}
