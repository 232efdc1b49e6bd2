import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../../platform/src/testing/free-port.ts";
import { startClickHouse } from "../../deploy/embedded/clickhouse/start-clickhouse.ts";
import { startPostgres } from "../../deploy/embedded/postgres/start-postgres.ts";

declare module "vitest" {
  /** What the global setup gives to test files through `inject`. */
  interface ProvidedContext {
    /** A superuser's address of a PostgreSQL 18 that only this run uses; it ends in `/postgres`. */
    postgresUrl: string;
    /** The HTTP address, credentials included, of a ClickHouse that only this run uses. */
    clickhouseUrl: string;
  }
}

const running = new AsyncDisposableStack();

/** Starts the engines that tests run against, once per run, in a folder that goes with them. */
export async function setup(project: TestProject): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-test-"));
  running.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as an unprivileged account when we are root.
  await chmod(folder, 0o711);

  const report = (line: string) => console.error(line);
  const [postgresPort, clickhousePort] = await Promise.all([freePort(), freePort()]);
  const [postgres, clickhouse] = await Promise.all([
    startPostgres({ folder: join(folder, "postgres"), port: postgresPort, durability: "none", report }),
    startClickHouse({ folder: join(folder, "clickhouse"), port: clickhousePort, report }),
  ]);
  running.use(postgres);
  running.use(clickhouse);
  project.provide("postgresUrl", postgres.url("postgres"));
  project.provide("clickhouseUrl", clickhouse.url);
}

/** Ends the engines and removes their folder. */
export async function teardown(): Promise<void> {
  await running.disposeAsync();
}
