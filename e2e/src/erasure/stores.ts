import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@clickhouse/client";
import { Client } from "pg";
import type { Finder } from "./marks.ts";

/** Places where marks were found, each with one example: `postgres orders.orders` to what stands there. */
export type Findings = Record<string, string>;

/** Notes what a finder finds in a text of a place. */
export function note(findings: Findings, place: string, find: Finder, text: string): void {
  if (findings[place] !== undefined) return;
  const found = find(text);
  if (found) findings[place] = `${found.mark}: ${found.around}`;
}

/** Searches every row of every table of every database of a server. Bytes are searched as hex. */
export async function searchPostgres(url: string, find: Finder, databases?: readonly string[]): Promise<Findings> {
  const findings: Findings = {};
  const all = await ask<{ name: string }>(url, "select datname as name from pg_database where not datistemplate");
  for (const { name } of all) {
    if (databases && !databases.includes(name)) continue;
    const database = new URL(url);
    database.pathname = `/${name}`;
    const tables = await ask<{ name: string }>(database.href, TABLES);
    for (const { name: table } of tables) {
      const rows = await ask<{ row: string }>(database.href, `select t::text as row from ${table} t`);
      for (const { row } of rows) note(findings, `postgres ${name} ${table}`, find, row);
    }
  }
  return findings;
}

const TABLES = `select format('%I.%I', schemaname, tablename) as name
                  from pg_tables
                 where schemaname not in ('pg_catalog', 'information_schema')`;

async function ask<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Searches every table and view of a ClickHouse database. */
export async function searchClickHouse(url: string, database: string, find: Finder): Promise<Findings> {
  const findings: Findings = {};
  const client = createClient({ url, database, request_timeout: 60_000 });
  try {
    const lines = async (query: string) =>
      (await (await client.query({ query, format: "JSONEachRow" })).text()).split("\n").filter((line) => line !== "");
    const tables = await lines(
      `select name from system.tables where database = '${database}' and engine not like '%View'`,
    );
    for (const line of tables) {
      const { name } = JSON.parse(line) as { name: string };
      for (const row of await lines(`select * from \`${name}\``)) note(findings, `clickhouse ${name}`, find, row);
    }
  } finally {
    await client.close();
  }
  return findings;
}

/** Searches names and bytes of all files below a folder, except in the folders that are left out. */
export async function searchFiles(folder: string, find: Finder, leftOut: readonly string[]): Promise<Findings> {
  const findings: Findings = {};
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files) {
    const path = join(file.parentPath, file.name).slice(folder.length + 1);
    if (!file.isFile() || leftOut.some((name) => path.startsWith(`${name}/`))) continue;
    // A file may go while we read.
    const bytes = await readFile(join(folder, path)).catch(() => Buffer.alloc(0));
    note(findings, `file ${path.replace(/[0-9a-f-]{36}/u, "*")}`, find, `${path}\n${bytes.toString("latin1")}`);
  }
  return findings;
}
