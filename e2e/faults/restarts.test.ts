// orders is restarted again and again behind a gateway of its own process, by SIGTERM and by kill -9, under load: the gateway
// lives on, and each call with a key is done once.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { apiAt } from "../src/api.ts";
import { startGatewayProcess, startOrdersProcess } from "../src/service-process.ts";
import { expectEachOrderOnce, expectProgress, givenOrderLoad } from "./order-checks.ts";
import { startOwnPlatform } from "./own-platform.ts";

const RESTARTS = 8;

const platform = await startOwnPlatform();
afterAll(() => platform[Symbol.asyncDispose]());

it("does every call with a key once while orders is restarted under load, and the gateway lives on", async () => {
  let orders = await startOrdersProcess(platform);
  const gateway = await startGatewayProcess(platform, { ORDERS_ADDRESS: orders.url });
  const load = await givenOrderLoad(platform);
  load.start(apiAt(gateway.url, (await platform.signIn("customer")).token));

  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await expectProgress(load);
    await sleep(Math.random() * 200);
    if (restart % 2 === 0) expect(await orders.stop()).toBe(0);
    else await orders.kill();
    orders = await startOrdersProcess(platform);
  }
  await expectProgress(load);
  await load.stop();

  expect([...load.failures.keys()].filter((why) => why !== "503 /problems/common/unavailable")).toEqual([]);
  await expectEachOrderOnce(load, platform);
  // Whatever nobody caught would have ended it, with 1.
  expect(gateway.isRunning()).toBe(true);
  expect(await gateway.stop()).toBe(0);
  expect(await orders.stop()).toBe(0);
});
