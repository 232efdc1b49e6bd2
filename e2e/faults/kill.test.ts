// kill -9 at random moments under load, at half of them the engines too: what was acknowledged exists, exactly once, and its
// events are in ClickHouse.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { killAll, processesNaming } from "../src/kill.ts";
import { expectEachOrderOnce, givenOrderLoad } from "./order-checks.ts";
import { startOwnPlatform } from "./own-platform.ts";

const KILLS = 12;
/** A kill comes this long after the load began, at random. */
const LOAD_MS = { least: 100, most: 900 };
/** So many of the last acknowledged keys are tried again after each start. */
const REPEATED = 6;

const platform = await startOwnPlatform();
afterAll(() => platform[Symbol.asyncDispose]());

it("loses nothing acknowledged and makes nothing twice when it is killed under load", async () => {
  const load = await givenOrderLoad(platform);

  for (let kill = 0; kill < KILLS; kill += 1) {
    load.start(await platform.signIn("customer"));
    await sleep(LOAD_MS.least + Math.random() * (LOAD_MS.most - LOAD_MS.least));
    const engines = kill % 2 === 1 ? await processesNaming(platform.dataDir) : [];
    killAll([platform.process().pid, ...engines]);
    await platform.process().kill();
    if (kill % 2 === 1) expect(engines.length).toBeGreaterThanOrEqual(2);
    await load.stop();

    await platform.startAgain();
    const customer = await platform.signIn("customer");
    for (const [key] of load.acknowledged.slice(-REPEATED)) expect(await load.place(customer, key)).toBe(true);
    await load.settle(customer);
  }

  await expectEachOrderOnce(load, platform);
});

it("leaves no process behind after SIGTERM", async () => {
  expect(await platform.process().stop()).toBe(0);

  expect(await processesNaming(platform.dataDir)).toEqual([]);
});
