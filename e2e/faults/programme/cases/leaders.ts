import type { FaultCase, Scene } from "../fault-case.ts";
import { KafkaCluster } from "../kafka-cluster.ts";
import { underLoad } from "../under-load.ts";

const REPLICATION = 3;

/** Each partition's leader may be killed; the next one only when all copies are in sync again. */
export const leaderKills: FaultCase = {
  name: "leader-kills",
  what: "leader of a partition killed and restarted, 3 brokers",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      await using cluster = await KafkaCluster.open(scene.stores, "orders.events");
      return repeat(scene, "kills", scene.short ? 2 : 20, async () => {
        await cluster.whole(REPLICATION);
        await cluster.killLeader(scene.control, scene.random);
        await cluster.whole(REPLICATION);
        await progress();
      });
    }),
};

export const leaderMoves: FaultCase = {
  name: "leader-moves",
  what: "partition taken from its leader and given back, 3 brokers",
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      await using cluster = await KafkaCluster.open(scene.stores, "orders.events");
      return repeat(scene, "moves", scene.short ? 2 : 20, async () => {
        await cluster.whole(REPLICATION);
        await cluster.moveLeader(scene.random);
        await progress();
      });
    }),
};

async function repeat(scene: Scene, name: string, times: number, round: () => Promise<void>) {
  for (let done = 1; done <= times; done += 1) {
    await round();
    scene.say(`${name}: ${done} of ${times}`);
  }
  return { [name]: times };
}
