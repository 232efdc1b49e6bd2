import { DEFINITIONS } from "@animal-delivery/sagas/definitions/all";
import { anonymous, signIn, staySignedIn } from "../../../src/people.ts";
import { givenProduct } from "../../../src/story.ts";
import { checkDeadLetters, countDeadLetters } from "../checks/dead-letters.ts";
import type { FaultCase, Findings, Scene } from "../fault-case.ts";
import { checkPeople } from "../people/check-people.ts";
import { HURTS, STEP_TIMEOUT_MS, type Hurt, type Ordeal, type Theatre } from "../people/hurts.ts";
import { hasEnded, Newcomers } from "../people/newcomers.ts";
import { untilSwept } from "../people/orphans.ts";
import { Snares } from "../people/snares.ts";
import { PARTICIPANTS, readTraces } from "../people/traces.ts";
import { openBusOf } from "../probe.ts";
import { settle } from "../settle.ts";
import { onLogBus } from "./services.ts";

const STOCK = 1_000;
const SETTLE_MS_MAX = 300_000;
/** From the last fault to the end of its saga: ten attempts at one step would be twenty seconds. */
const BOUND_MS = 60_000;

export const sagaMatrix: FaultCase = {
  name: "saga-matrix",
  what: "on the log bus, each step of each saga, taken and undone: its participant fails, refuses or is killed, its reply is lost or repeated, the orchestrator is killed before and after it persists, its do comes after its undo",
  env: (environment) => ({
    ...onLogBus(environment),
    STEP_TIMEOUT_MS: String(STEP_TIMEOUT_MS),
    STEP_RETRY_FIRST_MS: "50",
    STEP_RETRY_MAX_MS: "200",
  }),
  run: sufferAll,
};

async function sufferAll(scene: Scene): Promise<Findings> {
  const { platform, stores, journal, say } = scene;
  const { target } = platform;
  const since = new Date();
  await using bus = await openBusOf(stores);
  const deadLetters = await countDeadLetters(bus);
  const snares = await Snares.open(stores);
  await snares.removeAll();
  const admin = journal.follow(await staySignedIn(target, "admin"));
  const newcomers = new Newcomers({ target, admin, anybody: journal.follow(anonymous(target)) }, stores);
  const productId = await givenProduct(await signIn(target, "admin"), STOCK);
  const theatre: Theatre = { platform, stores, snares, bus, newcomers, productId };

  const violations: string[] = [];
  const scenes = scenesOf(scene);
  for (const [index, { name, hurt, ordeal }] of scenes.entries()) {
    const what = `${ordeal.kind}, ${ordeal.action} ${ordeal.step}, ${name}`;
    const told = await suffer(ordeal, hurt, theatre).catch((error: unknown) => {
      violations.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return "BROKEN";
    });
    await snares.removeAll();
    for (const service of [...PARTICIPANTS, "sagas"] as const)
      if (!platform.service(service).isRunning()) await platform.startAgain(service);
    say(`${index + 1} of ${scenes.length}: ${what}: ${told}`);
  }
  await settle(bus, stores, SETTLE_MS_MAX);
  const orphans = await untilSwept(newcomers.prefix, stores, process.env);
  const traces = await readTraces(newcomers.prefix, since, stores, process.env);
  const ended = (state: string) => traces.sagas.filter((saga) => saga.state === state).length;
  return {
    counts: {
      ordeals: scenes.length,
      sagas: traces.sagas.length,
      completed: ended("completed"),
      undone: ended("compensated"),
      "orphans swept": orphans,
    },
    violations: [...violations, ...checkPeople(traces), ...checkDeadLetters(deadLetters, await countDeadLetters(bus))],
  };
}

interface OrdealScene {
  readonly name: string;
  readonly hurt: Hurt;
  readonly ordeal: Ordeal;
}

/** Every kind of fault at every place where it can be; of a short run the first place of each. */
function scenesOf({ short }: Scene): OrdealScene[] {
  const ordeals = DEFINITIONS.flatMap(({ kind, steps }) => {
    const lastChance = steps.findLast(({ canUndo }) => canUndo)?.step ?? "";
    return steps.flatMap(({ step, participant, canUndo }) =>
      (canUndo ? (["do", "undo"] as const) : (["do"] as const)).map((action): Ordeal => ({
        kind,
        step,
        participant: participantOf(participant),
        action,
        canUndo,
        lastChance,
      })),
    );
  });
  return Object.entries(HURTS).flatMap(([name, hurt]) => {
    const fitting = ordeals.filter((ordeal) => hurt.fits(ordeal)).map((ordeal) => ({ name, hurt, ordeal }));
    return short ? fitting.slice(0, 1) : fitting;
  });
}

function participantOf(name: string): Ordeal["participant"] {
  const found = PARTICIPANTS.find((each) => each === name);
  if (!found) throw new Error(`the programme does not know the participant ${name}`);
  return found;
}

/** @returns how it ended, and how long after the last fault. */
async function suffer(ordeal: Ordeal, hurt: Hurt, theatre: Theatre): Promise<string> {
  const { newcomers, snares } = theatre;
  const person = ordeal.kind === "delete-user" ? await newcomers.whole() : undefined;
  if (ordeal.action === "undo") await snares.lay("fail", { step: ordeal.lastChance, action: "do" });
  await hurt.before?.(ordeal, theatre, person);
  const saga = person ? await newcomers.delete(person) : await newcomers.signUp();
  await hurt.during(ordeal, theatre, saga);

  const healedAt = performance.now();
  const { state } = await newcomers.waitFor(saga, "has ended", BOUND_MS, hasEnded);
  const seconds = ((performance.now() - healedAt) / 1_000).toFixed(1);
  await hurt.after?.(ordeal, theatre, saga);
  if (!hurt.ends(ordeal).some((end) => end === state)) throw new Error(`the saga is ${state}`);
  return `${state} ${seconds} s after`;
}
