import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@animal-delivery/platform/testing/free-port";
import { postgresAccount } from "../embedded/postgres/account.ts";
import { postgresBinaries } from "../embedded/postgres/binaries.ts";
import { openCluster } from "../embedded/postgres/cluster.ts";
import { startPostgresProcess } from "../embedded/postgres/postgres-process.ts";
import { type EmbeddedPostgres, startPostgres } from "../embedded/postgres/start-postgres.ts";
import { processCommand } from "../embedded/process-command.ts";

// Drives the real programs: what survives which death, and what a person reads when they cannot start.
describe("startPostgres", () => {
  let home: string;
  let folder: string;
  const started: EmbeddedPostgres[] = [];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "embedded-postgres-"));
    await chmod(home, 0o711);
    folder = join(home, "postgres");
  });
  afterEach(async () => {
    for (const postgres of started.splice(0)) await postgres.stop();
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  async function start(port?: number): Promise<EmbeddedPostgres> {
    const options = { folder, port: port ?? (await freePort()), durability: "full", report: () => undefined } as const;
    const postgres = await startPostgres(options);
    started.push(postgres);
    return postgres;
  }

  it("commits durably, sorts by C.UTF-8 and keeps its data over a restart", async () => {
    const postgres = await start();
    await query(postgres.url("postgres"), "create table kept as select 1 as one");
    const settings = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
      (select datlocale from pg_database where datname = 'postgres') as locale`;
    expect(await query(postgres.url("postgres"), settings)).toEqual([{ fsync: "on", sync: "on", locale: "C.UTF-8" }]);
    await postgres.stop();

    const again = await start();

    expect(await query(again.url("postgres"), "select one from kept")).toEqual([{ one: 1 }]);
  });

  it("takes nobody without the password, which only the owner of the folder can read", async () => {
    const postgres = await start();
    const url = new URL(postgres.url("postgres"));
    url.password = "wrong";

    await expect(query(url.href, "select 1")).rejects.toThrow(/password authentication failed/u);
    expect((await stat(join(folder, "password"))).mode & 0o077).toBe(0);
  });

  it("starts again by itself after a kill, with everything acknowledged", async () => {
    const postgres = await start();
    await query(postgres.url("postgres"), "create table survivor as select 1 as one");
    const before = postgres.pid();

    process.kill(before, "SIGKILL");

    await expect
      .poll(() => query(postgres.url("postgres"), "select one from survivor").catch(() => []))
      .toHaveLength(1);
    expect(postgres.pid()).not.toBe(before);
  });

  it("does not wait for its clients to leave when somebody else shuts it down, and starts again", async () => {
    const postgres = await start();
    const before = postgres.pid();
    const client = new Client({ connectionString: postgres.url("postgres") });
    const errors: string[] = [];
    client.on("error", ({ message }) => errors.push(message));
    await client.connect();

    process.kill(before, "SIGTERM");

    const answer = () => query(postgres.url("postgres"), "select 1 as one").catch(() => []);
    await expect.poll(answer, { timeout: 10_000 }).toHaveLength(1);
    expect(postgres.pid()).not.toBe(before);
    expect(errors).toContain("terminating connection due to administrator command");
  });

  it("ends when the process that started it is killed", async () => {
    const program = fileURLToPath(new URL("./fixtures/hold-postgres.ts", import.meta.url));
    const parent = spawn(process.execPath, [program, folder, String(await freePort())], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];

    parent.kill("SIGKILL");

    await expect.poll(() => processCommand(Number(line)), { timeout: 10_000 }).toBeUndefined();
  });

  it("ends a PostgreSQL that outlived its platform, then starts", async () => {
    const account = postgresAccount();
    const { postgres, initdb } = await postgresBinaries(folder, account);
    const { dataDir } = await openCluster(folder, { postgres, initdb }, account, true);
    const logFile = join(home, "left.log");
    const port = await freePort();
    const left = await startPostgresProcess({ postgres, dataDir, logFile, account, port, durability: "full" });

    const started = await start(port);

    expect(await query(started.url("postgres"), "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await processCommand(left.pid)).toBeUndefined();
  });

  it("starts although its lock file names a process of somebody else", async () => {
    await writeFile(join(folder, "data", "postmaster.pid"), `${process.pid}\n${folder}/data\n1\n1\n\n\n\nready\n`);

    const postgres = await start();

    expect(postgres.pid()).not.toBe(process.pid);
  });

  it("names the port that is taken", async () => {
    const port = await freePort();
    await using server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");

    await expect(start(port)).rejects.toThrow(`Port ${port} on 127.0.0.1, wanted for PostgreSQL, is taken`);
  });

  it.each([
    { name: "16", text: "16\n", message: "was made by PostgreSQL 16" },
    { name: "broken", text: "", message: "is broken" },
  ])("refuses a folder that is not its own: $name", async ({ name, text, message }) => {
    const strange = join(home, name);
    await mkdir(join(strange, "data"), { recursive: true });
    await writeFile(join(strange, "data", "PG_VERSION"), text);
    const options = { folder: strange, port: await freePort(), durability: "full", report: () => undefined } as const;

    await expect(startPostgres(options)).rejects.toThrow(message);

    expect(await readFile(join(strange, "data", "PG_VERSION"), "utf8")).toBe(text);
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // PostgreSQL may be killed under it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
