import { checkDeadLetters, countDeadLetters } from "../checks/dead-letters.ts";
import { checkEventStore, checkVersions, countStored, eventsSince } from "../checks/events.ts";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { flood } from "../flood.ts";
import { KafkaCluster } from "../kafka-cluster.ts";
import { openBusOf, startProbe } from "../probe.ts";
import { settle, unsentOf } from "../settle.ts";
import { until } from "../until.ts";

const REPLICATION = 3;
const SETTLE_MS_MAX = 1_200_000;

/** Far more events than customers make, on their way while leaders die and move. */
export const outboxFlood: FaultCase = {
  name: "outbox-flood",
  what: "300,000 events written to the outbox, leaders killed and moved meanwhile, 3 brokers",
  run: (scene) => floodThrough(scene, scene.short ? 10_000 : 300_000, scene.short ? 1 : 20),
};

async function floodThrough(scene: Scene, total: number, rounds: number): Promise<Findings> {
  const { stores, control, random } = scene;
  const since = new Date();
  await using bus = await openBusOf(stores);
  const deadLetters = await countDeadLetters(bus);
  await using probe = startProbe(bus, "orders.events");
  await using cluster = await KafkaCluster.open(stores, "orders.events");

  let unsentAtLastFault = 0;
  for (let round = 1; round <= rounds; round += 1) {
    // A share for each round: there is always something on its way when a leader dies.
    await flood(Math.ceil(total / rounds), stores);
    await cluster.whole(REPLICATION);
    unsentAtLastFault = await unsentOf("orders", stores);
    await cluster.killLeader(control, random);
    await cluster.whole(REPLICATION);
    await cluster.moveLeader(random);
    scene.say(`round ${round} of ${rounds}: ${await unsentOf("orders", stores)} events wait`);
  }
  await settle(bus, stores, SETTLE_MS_MAX);
  await until("the probe has read the topic", SETTLE_MS_MAX, () => probe.caughtUp());
  const events = await eventsSince("orders", "orders.events", since, stores);
  await until(
    "the event store has them",
    SETTLE_MS_MAX,
    async () => (await countStored(since, stores)) >= events.length,
  );

  const { repeated, violations } = probe.order;
  return {
    counts: {
      events: events.length,
      kills: rounds,
      moves: rounds,
      repeated,
      "waiting at the last kill": unsentAtLastFault,
    },
    violations: [
      ...(events.length >= total ? [] : [`only ${events.length} events were written`]),
      ...checkVersions(events),
      ...(await checkEventStore(events, since, stores)),
      ...violations,
      ...checkDeadLetters(deadLetters, await countDeadLetters(bus)),
    ],
  };
}
