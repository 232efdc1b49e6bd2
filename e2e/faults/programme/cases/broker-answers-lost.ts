import { setTimeout as sleep } from "node:timers/promises";
import type { FaultCase, Scene } from "../fault-case.ts";
import type { BrokerLink, Hurt } from "../links/broker-link.ts";
import { throughLinks } from "../links/open-links.ts";
import { unsentOf } from "../settle.ts";
import { underLoad } from "../under-load.ts";
import { until } from "../until.ts";

const HURTS: readonly Hurt[] = ["answers", "requests", "cut"];
/** From a hiccup to more than a request may take, which is 10 s. */
const HURT_MS = { least: 1_000, most: 15_000 };
const HARM_MS_MAX = 60_000;
const DRAIN_MS_MAX = 180_000;
/** Hardly more than what is on its way anyhow. */
const WAITING_MAX = 200;

/** What a broker has done is not known when its answer is lost: it is the case for which a record may be there twice. */
export const brokerAnswersLost: FaultCase = {
  name: "broker-answers-lost",
  what: "on the way to each of 3 brokers answers are lost, or requests, or connections are cut, 1 to 15 s each",
  env: throughLinks,
  run: (scene) =>
    underLoad(scene, async ({ progress }) => {
      const { links, random, short, say } = scene;
      const rounds = short ? HURTS.length : 24;
      for (let done = 0; done < rounds; done += 1) {
        const hurt = HURTS[done % HURTS.length] ?? "answers";
        const link = random.pick(links);
        await hurtFor(random.between(HURT_MS.least, HURT_MS.most), hurt, link);
        await progress();
        await drains(scene);
        say(`${hurt} of port ${link.addresses.port}: ${done + 1} of ${rounds}`);
      }
      return {
        rounds,
        "bytes of answers lost": sum(links, ({ lostBytes }) => lostBytes.answers),
        "of requests": sum(links, ({ lostBytes }) => lostBytes.requests),
        "connections cut": sum(links, ({ cut }) => cut),
      };
    }),
};

/** Counts from the moment at which something is lost indeed. */
async function hurtFor(ms: number, hurt: Hurt, link: BrokerLink): Promise<void> {
  const before = link.harm(hurt);
  link.hurt(hurt);
  try {
    await until(`a fault of ${hurt} meets something`, HARM_MS_MAX, async () => link.harm(hurt) > before);
    await sleep(ms);
  } finally {
    link.mend();
  }
}

/** Whoever publishes has found its way again: the next fault meets a platform that works. */
async function drains({ stores }: Scene): Promise<void> {
  await until("the outbox drains", DRAIN_MS_MAX, async () => (await unsentOf("orders", stores)) < WAITING_MAX);
}

function sum(links: readonly BrokerLink[], of: (link: BrokerLink) => number): number {
  return links.reduce((total, link) => total + of(link), 0);
}
