import { mkdir } from "node:fs/promises";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { runNode } from "../node-process.ts";
import {
  BACKENDS,
  certificatesFolder,
  DATABASES,
  environmentOf,
  logsFolder,
  programOf,
  SERVICES,
  type BackendName,
  type Surroundings,
} from "./surroundings.ts";

/**
 * Makes what the services expect to find: databases, migrated; topics; certificates. By the same jobs as everywhere; what
 * is there already stays.
 *
 * @throws {Error} with the output of the job that failed.
 */
export async function prepareEngines(around: Surroundings): Promise<void> {
  await mkdir(logsFolder(around), { recursive: true });
  const bus = around.env.BUS_DATABASE_URL ?? process.env.BUS_DATABASE_URL;
  const databases = [...DATABASES.map((name) => around.engines.databaseUrl(name)), ...(bus ? [bus] : [])];
  await Promise.all(databases.map((url) => ensureDatabase(url)));
  const migrate = (name: BackendName) => runJob(programOf(name, "migrate"), environmentOf(name, around));
  const { NODE_COMPILE_CACHE = "" } = environmentOf("orders", around);
  await Promise.all([
    ...BACKENDS.map(migrate),
    runJob(programOf("platform", "jobs/create-topics"), { NODE_COMPILE_CACHE, ...around.env }),
    runJob(programOf("platform", "jobs/make-certificates"), {}, [certificatesFolder(around), ...SERVICES]),
  ]);
}

async function runJob(file: string, env: Record<string, string>, args: readonly string[] = []): Promise<void> {
  const job = runNode(file, env, { args });
  const code = await job.ended;
  if (code !== 0) throw new Error(`${file} ended with exit code ${code}:\n${job.output()}`);
}
