import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import { ensureDatabase } from "../db/ensure-database.ts";

/**
 * Copies a database that `migrate` made from these folders; whoever comes first makes it, the others copy. Answers the
 * copy's address.
 */
export async function copyOfTemplate(
  folders: readonly string[],
  migrate: (url: string) => Promise<void>,
): Promise<string> {
  const template = `template_${await hashOf(folders)}`;
  const copy = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(async (server) => {
    // Nobody may be connected to the template while it is copied, so one test file at a time does either.
    await server.query("select pg_advisory_lock(hashtext($1))", [template]);
    const { rowCount } = await server.query("select from pg_database where datname = $1 and datistemplate", [template]);
    if (rowCount === 0) {
      await ensureDatabase(urlOf(template));
      await migrate(urlOf(template));
      await server.query(`alter database "${template}" is_template true`);
    }
    await server.query(`create database "${copy}" template "${template}"`);
  });
  return urlOf(copy);
}

/** Drops a copy, also when somebody is still connected. */
export async function dropCopy(url: string): Promise<void> {
  await onServer((server) => server.query(`drop database "${new URL(url).pathname.slice(1)}" with (force)`));
}

async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const file of (await readdir(folder)).toSorted()) hash.update(file).update(await readFile(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function onServer<T>(work: (server: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}
