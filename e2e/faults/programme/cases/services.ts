import { setTimeout as sleep } from "node:timers/promises";
import { SERVICES } from "../../../src/env/surroundings.ts";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { underLoad } from "../under-load.ts";

/** A member of a consumer group that was killed is missed after 10 s. */
const PAUSE_MS = { least: 15_000, most: 30_000 };

export const servicesKilled: FaultCase = {
  name: "services-killed",
  what: "one service after another killed every 15 to 30 s",
  run: (scene) => {
    const kills = scene.short ? 2 : 12;
    return killServices(scene, kills, () => scene.random.between(PAUSE_MS.least, PAUSE_MS.most));
  },
};

/** Far faster than groups can miss a member: partitions change hands while members of the past are still in the books. */
const OFTEN_MS = 2_000;

export const servicesKilledOften: FaultCase = {
  name: "log-bus-kills",
  what: "on the log bus a service killed every 2 s, as soon as the one before serves again",
  env: onLogBus,
  run: (scene) => killServices(scene, scene.short ? 5 : 90, () => OFTEN_MS),
};

/** The variables of services on the log bus, beside their databases. */
export function onLogBus({ DATABASE_URL = "" }: NodeJS.ProcessEnv): Record<string, string> {
  const bus = new URL(DATABASE_URL);
  bus.pathname = "/bus";
  return { KAFKA_BROKERS: "", BUS_DATABASE_URL: bus.href };
}

/** Kills services picked by chance; the pause counts from kill to kill. */
function killServices(scene: Scene, kills: number, nextPauseMs: () => number): Promise<Findings> {
  const { platform, random, say } = scene;
  return underLoad(scene, async ({ progress }) => {
    for (let done = 1; done <= kills; done += 1) {
      const name = random.pick(SERVICES);
      const pause = sleep(nextPauseMs());
      await platform.service(name).kill();
      await platform.startAgain(name);
      await progress();
      say(`${name} killed, ${done} of ${kills}`);
      await pause;
    }
    return { kills };
  });
}

/** Long enough for a group to deal its partitions anew, whether a member left or was killed. */
const MEMBERS_MS = 15_000;

export const membersChange: FaultCase = {
  name: "group-members",
  what: "consumer groups of logging, delivery and orders grow from one member to three and shrink to one, one leaving and one killed",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      for (const name of ["logging", "delivery", "orders"] as const) {
        const leaves = await scene.platform.startReplica(name);
        const dies = await scene.platform.startReplica(name);
        await progress();
        await sleep(MEMBERS_MS);
        await leaves.stop();
        await progress();
        await dies.kill();
        await progress();
        await sleep(MEMBERS_MS);
        scene.say(`${name}: 1, 3, 2, 1 members`);
      }
      return { groups: 3 };
    }),
};
