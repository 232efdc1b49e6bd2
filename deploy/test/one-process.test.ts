import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PlatformRun, processesNaming, runPlatform } from "./fixtures/run-platform.ts";

// Runs the platform as `npm start` does: how it starts, refuses to start, and ends.
describe("npm start", () => {
  // Nothing hands out runs of ports; the other suites take theirs from 20,000 to 30,000.
  const port = 31_000 + Math.floor(Math.random() * 30) * 32;
  const origin = `http://localhost:${port}`;
  const runs: PlatformRun[] = [];
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "one-process-"));
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.kill("SIGTERM");
      await run.ended;
    }
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  function start(env: Record<string, string | undefined> = {}, args: string[] = []): PlatformRun {
    const run = runPlatform({ PORT: String(port), DATA_DIR: dataDir, ...env }, args);
    runs.push(run);
    return run;
  }

  it("answers when it says so, and leaves no process behind after SIGTERM", async () => {
    const run = start();
    await run.ready();
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    expect(run.output()).toContain("customer-password");

    run.kill("SIGTERM");

    expect(await run.ended).toBe(0);
    expect(await processesNaming(dataDir)).toEqual([]);
  });

  it("leaves no process behind when it is killed, starts again, and goes on when PostgreSQL dies under it", async () => {
    const first = start();
    await first.ready();

    first.kill("SIGKILL");

    await first.ended;
    await expect.poll(() => processesNaming(dataDir), { timeout: 10_000 }).toEqual([]);
    const run = start();
    await run.ready();
    const postmaster = async () =>
      Number((await readFile(join(dataDir, "postgres/data/postmaster.pid"), "utf8")).split("\n")[0]);
    const killed = await postmaster();

    process.kill(killed, "SIGKILL");

    const stateOfOrders = async () => (await fetch(`http://127.0.0.1:${port + 21}/readyz`)).status;
    await expect.poll(() => postmaster().catch(() => killed), { timeout: 10_000 }).not.toBe(killed);
    await expect.poll(stateOfOrders, { timeout: 10_000 }).toBe(200);
    expect(run.output()).toContain("PostgreSQL ended by itself");
  });

  it("ends while it starts when it is told to", async () => {
    const run = start();
    await expect.poll(() => run.output()).toContain("starts in");

    run.kill("SIGINT");

    expect(await run.ended).toBe(0);
    expect(await processesNaming(dataDir)).toEqual([]);
  });

  it.each([
    { what: "the API", offset: 0 },
    { what: "PostgreSQL", offset: 2 },
    { what: "RPCs of orders", offset: 10 },
  ])("names the port of $what when it is taken, and leaves nothing running", async ({ offset }) => {
    await using server = createServer().listen(port + offset, "127.0.0.1");
    await once(server, "listening");

    const run = start();

    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(new RegExp(`Port ${port + offset}.* is taken`, "u"));
    expect(run.output()).not.toMatch(/^\s+at /mu);
    expect(await processesNaming(dataDir)).toEqual([]);
  });

  it("touches nothing in a folder that holds other files, not even with --fresh", async () => {
    await using other = await temporaryFolder();
    await writeFile(join(other.path, "thesis.md"), "years of work");

    const run = start({ DATA_DIR: other.path, NODE_COMPILE_CACHE: undefined }, ["--fresh"]);

    expect(await run.ended).toBe(1);
    expect(run.output()).toContain("holds files of something else (thesis.md)");
    expect(await readdir(other.path)).toEqual(["thesis.md"]);
  });

  it("listens on this machine alone while its passwords are known to everybody, and says why", async () => {
    const run = start({ HOST: "0.0.0.0", TLS_TERMINATED: "true" });

    expect(await run.ended).toBe(1);
    expect(run.output()).toContain("passwords that everybody can read");
  });

  it("says what is wrong with its environment", async () => {
    const run = start({ PORT: "eighty" });

    // sysexits.h: EX_CONFIG.
    expect(await run.ended).toBe(78);
    expect(run.output()).toMatch(/PORT:/u);
  });

  it("begins anew with --fresh, and lets no other platform into its folder", async () => {
    const leftOver = join(dataDir, "identity", "left-over");
    await mkdir(join(dataDir, "identity"), { recursive: true });
    await writeFile(leftOver, "");

    await start({}, ["--fresh"]).ready();
    const second = start({ PORT: String(port + 32) });

    await expect(readFile(leftOver)).rejects.toThrow("ENOENT");
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`works in ${dataDir}`);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "one-process-other-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
