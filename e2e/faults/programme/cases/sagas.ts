import { setTimeout as sleep } from "node:timers/promises";
import { anonymous, signIn, staySignedIn } from "../../../src/people.ts";
import { givenProduct } from "../../../src/story.ts";
import { checkDeadLetters, countDeadLetters } from "../checks/dead-letters.ts";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { checkPeople } from "../people/check-people.ts";
import { untilSwept } from "../people/orphans.ts";
import { PARTICIPANTS, readTraces, sagasUnderWay, type Traces } from "../people/traces.ts";
import { People, type Plan } from "../people/people.ts";
import { openBusOf } from "../probe.ts";
import { settle } from "../settle.ts";
import { until } from "../until.ts";
import { onLogBus } from "./services.ts";

const VICTIMS = ["sagas", ...PARTICIPANTS] as const;
/** People who come at one time: passwords are hashed by the same cores. */
const AT_ONCE = 6;
const STOCK = 1_000_000;
/** The last command may have been put off by some seconds several times. */
const END_MS_MAX = 300_000;
const SETTLE_MS_MAX = 300_000;

/** How many sagas, and how often somebody is killed: a member of a group is missed after 10 s in Kafka. */
const SCALES = {
  log: { sagas: 2_000, pauseMs: { least: 2_000, most: 2_000 } },
  kafka: { sagas: 200, pauseMs: { least: 15_000, most: 30_000 } },
} as const;

export const sagaKills: FaultCase = {
  name: "saga-kills",
  what: "people sign up and are deleted while orchestrator and participants are killed, one every 15 to 30 s",
  run: (scene) => killAmongSagas(scene, SCALES.kafka),
};

export const sagaKillsOften: FaultCase = {
  name: "log-bus-saga-kills",
  what: "the same on the log bus, one killed every 2 s, as soon as the one before serves again",
  env: onLogBus,
  run: (scene) => killAmongSagas(scene, SCALES.log),
};

async function killAmongSagas(scene: Scene, scale: (typeof SCALES)[keyof typeof SCALES]): Promise<Findings> {
  const { platform, stores, journal, random, say } = scene;
  const since = new Date();
  await using bus = await openBusOf(stores);
  const deadLetters = await countDeadLetters(bus);
  const { target } = platform;
  const people = new People({
    target,
    anybody: journal.follow(anonymous(target)),
    admin: journal.follow(await staySignedIn(target, "admin")),
    productId: await givenProduct(await signIn(target, "admin"), STOCK),
  });

  const come = people.come(plansFor(scene.sagas ?? (scene.short ? 30 : scale.sagas)), AT_ONCE, say);
  const over = new AbortController();
  const kills = killUntil(over.signal, scene, () => random.between(scale.pauseMs.least, scale.pauseMs.most));
  await Promise.race([come, kills.then(() => come)]).finally(() => over.abort());
  const killed = await kills;

  say(`${people.all.length} people came, ${killed} kills; settling`);
  await until("every saga has ended", END_MS_MAX, async () => (await sagasUnderWay(stores)) === 0);
  await settle(bus, stores, SETTLE_MS_MAX);
  const orphans = await untilSwept(people.prefix, stores, process.env);
  const traces = await readTraces(people.prefix, since, stores, process.env);
  return {
    counts: { ...countsOf(traces), "orphans swept": orphans, kills: killed, refused: sum(people.failures) },
    violations: [
      ...checkPeople(traces),
      ...checkAcknowledged(people, traces),
      ...people.lost.map((what) => `nobody was told in the end: ${what}`),
      ...checkDeadLetters(deadLetters, await countDeadLetters(bus)),
      ...journal.malformed.map((answer) => `not in the one format: ${answer}`),
    ],
  };
}

/**
 * So many people that there are at least so many sagas: half of them go again, a tenth of those tries it in vain, and a few
 * give up their sign-up before a saga begins.
 */
function plansFor(sagas: number): Plan[] {
  const cycle: Plan[] = ["goes", "stays"];
  return Array.from({ length: Math.ceil(sagas / 1.45) }, (_, index) =>
    index % 20 === 10 ? "is busy" : (cycle[index % cycle.length] ?? "stays"),
  );
}

/** @returns how many were killed. */
async function killUntil(
  stop: AbortSignal,
  { platform, random, say }: Scene,
  nextPauseMs: () => number,
): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const pause = sleep(nextPauseMs(), undefined, { signal: stop }).catch(() => undefined);
    await pause;
    if (stop.aborted) return kills;
    const victim = random.pick(VICTIMS);
    await platform.service(victim).kill();
    await platform.startAgain(victim);
    say(`${victim} killed, the ${kills + 1}th`);
  }
}

/** Whoever was told that they are a user is one, or their deletion was begun; whoever is busy is still there. */
function checkAcknowledged({ all }: People, { users, sagas }: Traces): string[] {
  const deleted = new Set(sagas.filter(({ kind }) => kind === "delete-user").map(({ subjectId }) => subjectId));
  return all.flatMap(({ email, plan, userId = "", isUser, isDeleted }) => [
    ...(isUser && !isDeleted && !users.has(userId) ? [`${email} was told to be a user and is none`] : []),
    ...(isUser && plan === "is busy" && !users.has(userId) ? [`${email} had an order under way and was deleted`] : []),
    ...(isDeleted && !deleted.has(userId) ? [`the deletion of ${email} was acknowledged and has no saga`] : []),
    ...(isDeleted && plan === "goes" && users.has(userId) ? [`${email} was to be deleted and is there`] : []),
  ]);
}

function countsOf({ sagas, users, usersCreated, notesCreated, identities }: Traces): Findings["counts"] {
  const ended = (kind: string, state: string) =>
    sagas.filter((saga) => saga.kind === kind && saga.state === state).length;
  return {
    sagas: sagas.length,
    "sign-ups completed": ended("sign-up", "completed"),
    undone: ended("sign-up", "compensated"),
    "deletions completed": ended("delete-user", "completed"),
    "deletions undone": ended("delete-user", "compensated"),
    "users left": users.size,
    identities: identities.length,
    "welcome notes": notesCreated.length,
    "events of becoming a user": usersCreated.length,
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
