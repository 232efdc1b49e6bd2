// Servers on one Redis are killed under load, one after the other, and Redis itself with every second of them. It writes each command
// to disk before it answers (appendfsync always): nothing that was acknowledged is lost, nothing stands twice.
import { ownRedis } from "@animal-delivery/platform/testing/own-redis";
import { expect, it } from "vitest";
import { expectNothingLost } from "../test/expect-nothing-lost.ts";
import { killUnderLoad } from "../test/kill-under-load.ts";

const KILLS = 4;

it("loses nothing acknowledged when servers and Redis are killed", { timeout: 240_000 }, async () => {
  await using redis = await ownRedis({ appendfsync: "always" });

  const outcome = await killUnderLoad(["--redis", `--dsn=${redis.url}`], KILLS, async (kill) => {
    if (kill % 2 === 0) return;
    await redis.kill();
    await redis.start();
  });

  expect(outcome.acknowledged.length).toBeGreaterThan(KILLS * 200);
  expectNothingLost(outcome);
});
