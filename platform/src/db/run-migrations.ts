import { z } from "zod";
import { databaseEnv } from "../config/fragments.ts";
import { loadConfig } from "../config/load-config.ts";
import { runMain } from "../service/run-main.ts";
import { migrate } from "./migrate.ts";

const Config = z.object({ DATABASE_URL: databaseEnv.DATABASE_URL });

/** A program that brings a service's database, `DATABASE_URL`, up to date and ends. It needs a role that may make tables. */
export async function runMigrations(service: string, folders: readonly string[]): Promise<void> {
  await runMain(`${service} migrate`, async () => migrate(loadConfig(Config).DATABASE_URL, folders));
}
