// An engine dies under load, or is shut down by somebody else: it is started again and all services go on by themselves. Meanwhile
// callers get refusals that they may repeat; what was acknowledged is there, and every event once.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { killAll, processesNaming } from "../src/kill.ts";
import { expectEachOrderOnce, expectProgress, givenOrderLoad } from "./order-checks.ts";
import { startOwnPlatform } from "./own-platform.ts";
import { watchAnswers } from "./watch-answers.ts";

const AWAY = "503 /problems/common/unavailable";
const CLICKHOUSE_DEATHS = 3;

const platform = await startOwnPlatform();
afterAll(() => platform[Symbol.asyncDispose]());

it("survives the deaths of PostgreSQL, and loses nothing acknowledged", async () => {
  const { port } = platform;
  const load = await givenOrderLoad(platform);
  const customer = await platform.signIn("customer");
  await using orders = watchAnswers(`http://127.0.0.1:${port + 21}/readyz`);
  await using alive = watchAnswers(`http://localhost:${port}/healthz`);
  await using lists = watchAnswers(() => customer.get("/v1/orders"));
  // Leads to the identity provider.
  await using login = watchAnswers(`http://localhost:${port}/v1/auth/login`);
  load.start(customer);

  // SIGTERM is PostgreSQL's smart shutdown, which waits for clients that never leave.
  for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL"] as const) {
    await expectProgress(load);
    await sleep(Math.random() * 500);
    const killed = await postmasterPid();
    orders.forget();

    process.kill(killed, signal);

    await expect.poll(() => [...orders.seen], { timeout: 20_000 }).toContain("503");
    // A busy backend outlives its postmaster for a moment: that one is ready is of no account before there is a new one.
    await expect.poll(() => postmasterPid().catch(() => killed), { timeout: 20_000 }).not.toBe(killed);
    orders.forget();
    await expect.poll(() => orders.last(), { timeout: 20_000 }).toBe("200");
  }
  await expectProgress(load);
  // The gateway's own retries cover a short absence: here it dies at each start until callers notice.
  let killed = 0;
  await expect
    .poll(
      async () => {
        const pid = await postmasterPid().catch(() => killed);
        if (pid !== killed) process.kill(pid, "SIGKILL");
        killed = pid;
        return [...load.failures.keys()];
      },
      { timeout: 30_000 },
    )
    .toContain(AWAY);
  await expectProgress(load);
  await load.stop();

  expect([...load.failures.keys()]).toEqual([AWAY]);
  expect([...lists.seen].filter((answer) => answer !== "200" && answer !== AWAY)).toEqual([]);
  expect([...login.seen].filter((answer) => answer.startsWith("5"))).toEqual(["503"]);
  expect([...alive.seen]).toEqual(["200"]);
  await expectEachOrderOnce(load, platform);
});

// kill -9 of the ClickHouse child: logging says that it is not ready meanwhile, and nobody else notices.
it("survives the death of ClickHouse, and tells each event once", async () => {
  const { port } = platform;
  const load = await givenOrderLoad(platform);
  const dispatcher = await platform.signIn("dispatcher");
  await using logging = watchAnswers(`http://127.0.0.1:${port + 23}/readyz`);
  await using gateway = watchAnswers(`http://localhost:${port}/readyz`);
  await using events = watchAnswers(() => dispatcher.get("/v1/events"));
  load.start(await platform.signIn("customer"));

  for (let death = 0; death < CLICKHOUSE_DEATHS; death += 1) {
    await expectProgress(load);
    await sleep(Math.random() * 500);
    const killed = await clickHousePids();
    expect(killed).toHaveLength(1);
    logging.forget();

    killAll(killed);

    await expect.poll(() => [...logging.seen], { timeout: 20_000 }).toContain("503");
    await expect.poll(() => logging.last(), { timeout: 20_000 }).toBe("200");
    expect(await clickHousePids()).not.toEqual(killed);
  }
  // The gateway's own retries cover a short absence: here it dies at each start until readers notice.
  const killAgain = async () => killAll(await clickHousePids());
  await expect.poll(() => killAgain().then(() => [...events.seen]), { timeout: 30_000 }).toContain(AWAY);
  logging.forget();
  await expect.poll(() => logging.last(), { timeout: 30_000 }).toBe("200");
  await expectProgress(load);
  await load.stop();

  expect([...load.failures]).toEqual([]);
  expect([...gateway.seen]).toEqual(["200"]);
  expect([...events.seen].toSorted()).toEqual(["200", AWAY]);
  await expectEachOrderOnce(load, platform);
});

async function postmasterPid(): Promise<number> {
  const lines = await readFile(join(platform.dataDir, "postgres/data/postmaster.pid"), "utf8");
  return Number(lines.split("\n", 1)[0]);
}

function clickHousePids(): Promise<number[]> {
  return processesNaming(join(platform.dataDir, "clickhouse"));
}
