import type { Bus } from "@animal-delivery/platform/bus/bus";
import { OrderLoad } from "../../src/order-load.ts";
import { signIn, staySignedIn } from "../../src/people.ts";
import { givenProduct } from "../../src/story.ts";
import { checkDeadLetters, countDeadLetters } from "./checks/dead-letters.ts";
import { checkEventStore, checkVersions, countStored, eventsSince } from "./checks/events.ts";
import { checkOrders } from "./checks/orders.ts";
import type { Findings, Scene } from "./fault-case.ts";
import { openBusOf, startProbe } from "./probe.ts";
import { settle } from "./settle.ts";
import { until } from "./until.ts";

/** The most that a product may have. */
const STOCK = 1_000_000;
const PROGRESS = 20;
const PROGRESS_MS_MAX = 60_000;
const SETTLE_MS_MAX = 300_000;
/** What callers may be told while something is away: to come again, or nothing at all. */
const EXPECTED = [/^503 \/problems\//, /^504 \/problems\//, /^fetch failed$/, /^terminated$/, /aborted due to timeout/];

/** What a fault may look at while it happens. */
export interface Load {
  /** Orders acknowledged so far. */
  readonly acknowledged: () => number;
  /** Waits until some more orders were acknowledged. @throws {Error} after a minute without. */
  readonly progress: () => Promise<void>;
  /** Failed attempts so far, by what was answered. */
  readonly failures: ReadonlyMap<string, number>;
}

/** What a case expects beside the promises that hold for every case. */
export interface Expected {
  /** How many records its consumers shall give up. */
  readonly deadLetters: number;
  /** What is wrong, once everything is settled. */
  readonly check: (bus: Bus, deadLettersBefore: bigint) => Promise<string[]>;
}

const NOTHING_ELSE: Expected = { deadLetters: 0, check: async () => [] };

/**
 * Customers place orders without a pause while `fault` happens, and for a while after; then everything settles, and each
 * promise is checked: each acknowledged order once and with its body, refusals without effect, stock exact, an event for each
 * change and no other, all of them visible once, in order, no dead letter, every error in the one format.
 */
export async function underLoad(
  scene: Scene,
  fault: (load: Load, bus: Bus) => Promise<Findings["counts"] | void>,
  expected = NOTHING_ELSE,
): Promise<Findings> {
  const { platform, stores, journal } = scene;
  const since = new Date();
  await using bus = await openBusOf(stores);
  const deadLetters = await countDeadLetters(bus);
  await using probe = startProbe(bus, "orders.events");
  const load = new OrderLoad(await givenProduct(await signIn(platform.target, "admin"), STOCK));
  const customer = journal.follow(await staySignedIn(platform.target, "customer"));
  const acknowledged = () => load.acknowledged.length;
  const progress = async (): Promise<void> => {
    const goal = acknowledged() + PROGRESS;
    await until(`${PROGRESS} more orders are acknowledged`, PROGRESS_MS_MAX, async () => acknowledged() >= goal);
  };

  load.start(customer);
  await progress();
  let counts;
  try {
    counts = await fault({ acknowledged, progress, failures: load.failures }, bus);
  } finally {
    await load.stop();
  }
  await load.settle(customer);
  scene.say(`${acknowledged()} orders acknowledged; settling`);
  await settle(bus, stores, SETTLE_MS_MAX);
  await until("the probe has read the topic", SETTLE_MS_MAX, () => probe.caughtUp());
  const events = await eventsSince("orders", "orders.events", since, stores);
  await until(
    "the event store has them",
    SETTLE_MS_MAX,
    async () => (await countStored(since, stores)) >= events.length,
  );

  const unexpected = [...load.failures].filter(([why]) => !EXPECTED.some((form) => form.test(why)));
  return {
    counts: {
      orders: acknowledged(),
      events: events.length,
      repeated: probe.order.repeated,
      refused: sumOf(load.failures),
      ...counts,
    },
    violations: [
      ...(await checkOrders(load, STOCK, stores)),
      ...checkVersions(events),
      ...(await checkEventStore(events, since, stores)),
      ...probe.order.violations,
      ...checkDeadLetters(deadLetters, await countDeadLetters(bus), expected.deadLetters),
      ...(await expected.check(bus, deadLetters)),
      ...journal.malformed.map((answer) => `not in the one format: ${answer}`),
      ...unexpected.map(([why, times]) => `${times} unexpected answers: ${why}`),
      ...[...load.orders].filter(([, id]) => id === undefined).map(([key]) => `key ${key} was never acknowledged`),
    ],
  };
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
