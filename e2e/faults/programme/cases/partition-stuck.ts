import { partitionOf } from "@animal-delivery/platform/bus/partition-of";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { KafkaCluster } from "../kafka-cluster.ts";
import { flood } from "../flood.ts";
import { unsentOf } from "../settle.ts";
import type { Stores } from "../stores.ts";
import { underLoad, type Load } from "../under-load.ts";
import { until } from "../until.ts";

const TOPIC = "orders.events";
const REPLICATION = 3;
/** More than the relay reads at once. */
const WAITING = 600;
const WAITING_MS_MAX = 60_000;
/** Of many aggregates, so that each partition gets its share. */
const FLOOD = 12_000;
/** The relay learns that it does not answer by one or two tries of 20 s; then the others' share of the flood comes first. */
const OTHERS_MS_MAX = 180_000;
const DRAIN_MS_MAX = 180_000;

export const partitionStuck: FaultCase = {
  name: "partition-stuck",
  what: "one partition lacks copies and takes nothing until 600 events wait for it: those of the other partitions go on",
  run: (scene) =>
    underLoad(scene, async (load) => {
      await using cluster = await KafkaCluster.open(scene.stores, TOPIC);
      await cluster.whole(REPLICATION);
      const counts = await passOver(scene, cluster, load);
      await cluster.whole(REPLICATION);
      await until("the outbox drains", DRAIN_MS_MAX, async () => (await unsentOf("orders", scene.stores)) < WAITING);
      return counts;
    }),
};

async function passOver(
  { stores, control, random, short, say }: Scene,
  cluster: KafkaCluster,
  { progress }: Load,
): Promise<Findings["counts"]> {
  const partitions = (await cluster.partitions()).length;
  await using stuck = await cluster.isolate(control, random);
  const { partition } = stuck;
  const count = async (isSent: boolean, since: Date) => countByPartition({ isSent, since, partitions }, stores);
  const least = short ? WAITING / 10 : WAITING;
  await flood(short ? FLOOD / 10 : FLOOD, stores);
  await until(`${least} events wait for partition ${partition}`, WAITING_MS_MAX, async () => {
    return ((await count(false, new Date(0))).get(partition) ?? 0) >= least;
  });
  say(`${least} events wait for partition ${partition}`);

  const since = new Date();
  const others = Array.from({ length: partitions }, (_, id) => id).filter((id) => id !== partition);
  await progress();
  await until("later events of each other partition are sent", OTHERS_MS_MAX, async () => {
    const sent = await count(true, since);
    return others.every((id) => sent.has(id));
  });
  const seconds = Math.round((Date.now() - since.getTime()) / 1_000);
  const waiting = (await count(false, new Date(0))).get(partition) ?? 0;
  return { "waiting for the partition": waiting, "seconds until later events of all others were sent": seconds };
}

interface Which {
  readonly isSent: boolean;
  /** Events that were written since then. */
  readonly since: Date;
  readonly partitions: number;
}

async function countByPartition({ isSent, since, partitions }: Which, stores: Stores): Promise<Map<number, number>> {
  const { rows } = await stores.database("orders").query<{ key: string }>(
    `select key
       from outbox
      where topic = $1 and created_at >= $2 and (sent_at is not null) = $3 and parked_at is null`,
    [TOPIC, since, isSent],
  );
  const keys = Map.groupBy(rows, ({ key }) => partitionOf(key, partitions));
  return new Map([...keys].map(([partition, of]) => [partition, of.length]));
}
