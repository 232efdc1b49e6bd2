import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../../deploy/embedded/free-port.ts";
import { startPostgres } from "../../deploy/embedded/postgres/start-postgres.ts";

/** Starts the engines that tests run against, once per run, in a folder that goes with them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "animal-delivery-test-"));
  // PostgreSQL runs as an unprivileged account when we are root.
  await chmod(folder, 0o711);
  const report = (line: string) => console.error(line);
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    port: await freePort(),
    durability: "none",
    report,
  });
  project.provide("postgresUrl", postgres.url("postgres"));

  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
