// Services of one process each are killed under load, one by one and all at once: what was acknowledged exists, exactly once,
// and its events are in ClickHouse; the others live on.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { startEnvPlatform } from "../../src/env/start-env-platform.ts";
import { SERVICES } from "../../src/env/surroundings.ts";
import { signIn, staySignedIn } from "../../src/people.ts";
import { expectEachOrderOnce, expectProgress, givenOrderLoad, type UnderLoad } from "../order-checks.ts";

/** A member of a consumer group that was killed is missed after 10 s: the next kill comes later. */
const BETWEEN_KILLS_MS = { least: 15_000, most: 20_000 };
/** What callers may be told: try again, now or after a deadline; or that the gateway was not there, or left amid an answer. */
const EXPECTED = [
  "503 /problems/common/unavailable",
  "504 /problems/common/deadline-exceeded",
  "fetch failed",
  "terminated",
];
/** Stories ask more often than people do. */
const NO_RATE_LIMITS = { RATE_LIMIT_WRITES_PER_MINUTE: "1000000", RATE_LIMIT_AUTH_PER_MINUTE: "1000000" };

const processes = await startEnvPlatform(NO_RATE_LIMITS);
const platform: UnderLoad = { signIn: (user) => signIn(processes.target, user) };
afterAll(() => processes[Symbol.asyncDispose]());

it("loses nothing acknowledged while one service after another is killed under load", async () => {
  const load = await givenOrderLoad(platform);
  load.start(await staySignedIn(processes.target, "customer"));

  for (const killed of [...SERVICES, "orders", "delivery"] as const) {
    await expectProgress(load);
    await sleep(Math.random() * 1_000);
    const others = SERVICES.filter((name) => name !== killed).map((name) => processes.service(name).pid);

    await processes.service(killed).kill();
    await processes.startAgain(killed);

    await expectProgress(load);
    const lived = SERVICES.filter((name) => name !== killed).map((name) => processes.service(name));
    expect(lived.map(({ pid }) => pid)).toEqual(others);
    expect(lived.map((program) => program.isRunning())).toEqual(others.map(() => true));
    const { least, most } = BETWEEN_KILLS_MS;
    await sleep(least + Math.random() * (most - least));
  }
  await load.stop();

  expect([...load.failures.keys()].filter((why) => !EXPECTED.includes(why))).toEqual([]);
  await expectEachOrderOnce(load, platform);
});

it("loses nothing acknowledged when all services are killed at once", async () => {
  const load = await givenOrderLoad(platform);
  load.start(await platform.signIn("customer"));
  await expectProgress(load);

  await Promise.all(SERVICES.map((name) => processes.service(name).kill()));
  await load.stop();
  await processes.startAgain(...SERVICES);

  await expectEachOrderOnce(load, platform);
});

it("ends in order under load, each service with exit code 0", async () => {
  const load = await givenOrderLoad(platform);
  load.start(await platform.signIn("customer"));
  await expectProgress(load);

  await processes.stop();
  await load.stop();

  await processes.startAgain(...SERVICES);
  expect([...load.failures.keys()].filter((why) => !EXPECTED.includes(why))).toEqual([]);
  await expectEachOrderOnce(load, platform);
});
