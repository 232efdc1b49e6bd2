// kill -9 of the ClickHouse child under load: it is started again, logging says that it is not ready meanwhile, nobody else
// notices, and every event is there once.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { killAll, processesNaming } from "../src/kill.ts";
import { expectEachOrderOnce, expectProgress, givenOrderLoad } from "./order-checks.ts";
import { startOwnPlatform } from "./own-platform.ts";
import { watchAnswers } from "./watch-answers.ts";

const DEATHS = 3;
const AWAY = "503 /problems/common/unavailable";

const platform = await startOwnPlatform();
afterAll(() => platform[Symbol.asyncDispose]());

it("survives the death of ClickHouse, and tells each event once", async () => {
  const { port } = platform;
  const load = await givenOrderLoad(platform);
  const dispatcher = await platform.signIn("dispatcher");
  await using logging = watchAnswers(`http://127.0.0.1:${port + 23}/readyz`);
  await using gateway = watchAnswers(`http://localhost:${port}/readyz`);
  await using events = watchAnswers(() => dispatcher.get("/v1/events"));
  load.start(await platform.signIn("customer"));

  for (let death = 0; death < DEATHS; death += 1) {
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

function clickHousePids(): Promise<number[]> {
  return processesNaming(join(platform.dataDir, "clickhouse"));
}
