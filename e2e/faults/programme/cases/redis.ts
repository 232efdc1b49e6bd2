import { setTimeout as sleep } from "node:timers/promises";
import { signIn } from "../../../src/people.ts";
import type { FaultCase, Scene } from "../fault-case.ts";
import { underLoad } from "../under-load.ts";
import { until } from "../until.ts";

const HEARD_MS_MAX = 5_000;

export const redisKilled: FaultCase = {
  name: "redis-kill",
  what: "Redis killed, gone for a while with all it held, started: requests served, ended sessions stay ended",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      const ended = await endedSession(scene);
      await scene.control("kill", "redis");
      await progress();
      await mustStayEnded(ended, scene);
      await scene.control("start", "redis");
      await progress();
      await mustStayEnded(ended, scene);
      return { kills: 1 };
    }),
};

export const redisStalled: FaultCase = {
  name: "redis-stall",
  what: "Redis holds still and answers nothing for 20 s, then goes on",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      const ended = await endedSession(scene);
      await scene.control("pause", "redis");
      await progress();
      await sleep(scene.short ? 2_000 : 20_000);
      await mustStayEnded(ended, scene);
      await scene.control("unpause", "redis");
      await progress();
      await mustStayEnded(ended, scene);
      return {};
    }),
};

/** Somebody who signed in and out; the access token would be good for minutes. */
async function endedSession({ platform }: Scene) {
  const courier = await signIn(platform.target, "courier2");
  await courier.post("/v1/auth/logout");
  await until(
    "every process knows of the logout",
    HEARD_MS_MAX,
    async () => (await courier.get("/v1/auth/me")).status === 401,
  );
  return courier;
}

async function mustStayEnded(ended: Awaited<ReturnType<typeof endedSession>>, { journal }: Scene): Promise<void> {
  const { status } = await journal.follow(ended).get("/v1/auth/me");
  if (status !== 401) throw new Error(`a token of an ended session was answered ${status}`);
}
