import { signIn } from "../../../src/people.ts";
import { givenDelivery, givenOrder, givenProduct } from "../../../src/story.ts";
import { countDeadLetters, deadLettersAfter } from "../checks/dead-letters.ts";
import { checkDeliveries, checkLetters, checkParked, checkStored, parkedSince } from "../checks/poison.ts";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { makePoison, together, type Poison } from "../poison.ts";
import { underLoad } from "../under-load.ts";
import { until } from "../until.ts";

const TOPIC = "orders.events";
/** A failing event holds its partition for 4 s, and several may be in one. */
const GIVEN_UP_MS_MAX = 180_000;

/** Deliveries that wait for a courier: one for wishes that must not get through, one for a wish that must. */
interface Deliveries {
  readonly held: string;
  readonly freed: string;
}

export const poisonEvent: FaultCase = {
  name: "poison-event",
  what: "records that are no events, and events that fail for good, in a topic that everybody reads: given up, the rest flows",
  run: async (scene) => {
    const since = new Date();
    const deliveries = await givenDeliveries(scene, scene.short ? 2 : 20);
    const poisons = deliveries.map((each) => makePoison(each));
    const all = together(poisons);
    const deadLetters = all.undecodable.length + all.failing.length;
    return underLoad(
      scene,
      async ({ progress }, bus) => {
        const before = await countDeadLetters(bus);
        for (const [index, { records }] of poisons.entries()) {
          const acknowledged = await bus.publish(TOPIC, records);
          if (acknowledged.size < records.length) throw new Error("the poison was not taken");
          await progress();
          scene.say(`poison ${index + 1} of ${poisons.length}`);
        }
        const isGivenUp = async () => (await countDeadLetters(bus)) - before >= BigInt(deadLetters);
        await until("all poison is given up while customers go on", GIVEN_UP_MS_MAX, isGivenUp);
        return countsOf(all);
      },
      {
        deadLetters,
        check: async (bus, before) => [
          ...checkLetters(all, await deadLettersAfter(before, bus)),
          ...checkParked(all, await parkedSince(since, scene.stores)),
          ...(await checkDeliveries(ids(deliveries, "held"), "pending", scene.stores)),
          ...(await checkDeliveries(ids(deliveries, "freed"), "cancelled", scene.stores)),
          ...(await checkStored(all, scene.stores)),
        ],
      },
    );
  },
};

async function givenDeliveries({ platform: { target } }: Scene, count: number): Promise<Deliveries[]> {
  const customer = await signIn(target, "customer");
  const dispatcher = await signIn(target, "dispatcher");
  const productId = await givenProduct(await signIn(target, "admin"), 2 * count);
  const start = async () => givenDelivery(dispatcher, await givenOrder(customer, productId));
  const started: Deliveries[] = [];
  for (let made = 0; made < count; made += 1) started.push({ held: await start(), freed: await start() });
  return started;
}

function ids(deliveries: readonly Deliveries[], which: keyof Deliveries): string[] {
  return deliveries.map((each) => each[which]);
}

function countsOf({ undecodable, failing, waiting }: Poison): Findings["counts"] {
  return { "no events": undecodable.length, "failing events": failing.length, "held back behind them": waiting.length };
}
