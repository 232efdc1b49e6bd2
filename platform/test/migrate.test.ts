import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { migrate } from "@animal-delivery/platform/db/migrate";

let folder: string;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "migrate-"));
  const server = new URL(inject("postgresUrl"));
  server.pathname = `/migrate_${Math.random().toString(36).slice(2)}`;
  url = server.href;
  await ensureDatabase(url);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await on(inject("postgresUrl"), `drop database "${new URL(url).pathname.slice(1)}" with (force)`);
});

describe("ensureDatabase", () => {
  it("makes a database in byte order once, also when several ask at once", async () => {
    const fresh = `${url}_twins`;

    await Promise.all([ensureDatabase(fresh), ensureDatabase(fresh), ensureDatabase(fresh)]);
    await ensureDatabase(fresh);

    const [row] = await on(fresh, "select 'Z' < 'a' as byte_order, getdatabaseencoding() as encoding");
    expect(row).toEqual({ byte_order: true, encoding: "UTF8" });
    await on(inject("postgresUrl"), `drop database "${new URL(fresh).pathname.slice(1)}" with (force)`);
  });
});

describe("migrate", () => {
  it("applies the platform's tables, then each folder's files in order, each once", async () => {
    await givenFile("0002_second.sql", "alter table cages add column width_mm int not null default 1;");
    await givenFile("0001_first.sql", "create table cages (cage_id text primary key); insert into cages values ('a');");

    await migrate(url, [folder]);
    await givenFile("0003_third.sql", "insert into cages values ('b', 2);");
    await migrate(url, [folder]);
    await migrate(url, [folder]);

    expect(await on(url, "select cage_id, width_mm from cages order by 1")).toEqual([
      { cage_id: "a", width_mm: 1 },
      { cage_id: "b", width_mm: 2 },
    ]);
    expect(await on(url, "select count(*)::int as n from outbox")).toEqual([{ n: 0 }]);
  });

  it("waits for a migrator that is at work on the same database", async () => {
    await givenFile("0001_slow.sql", "create table cages (cage_id text); select pg_sleep(0.3);");

    await Promise.all([migrate(url, [folder]), migrate(url, [folder]), migrate(url, [folder])]);

    expect(await on(url, "select name from migrations")).toEqual([{ name: "0001_slow" }]);
  });

  it("keeps a folder as it was when one of its files fails", async () => {
    await givenFile("0001_good.sql", "create table cages (cage_id text);");
    await givenFile("0002_bad.sql", "create table locks (lock_id text); select 1 / 0;");

    await expect(migrate(url, [folder])).rejects.toThrow("division by zero");

    expect(await on(url, "select to_regclass('cages') as cages, to_regclass('locks') as locks")).toEqual([
      { cages: null, locks: null },
    ]);
  });

  it("refuses a file that comes before one already applied", async () => {
    await givenFile("0002_second.sql", "create table cages (cage_id text);");
    await migrate(url, [folder]);
    await givenFile("0001_first.sql", "create table locks (lock_id text);");

    await expect(migrate(url, [folder])).rejects.toThrow("0001_first");
  });
});

async function givenFile(name: string, sql: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), sql);
}

async function on(address: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
