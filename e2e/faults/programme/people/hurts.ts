import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { EnvPlatform } from "../../../src/env/start-env-platform.ts";
import type { Stores } from "../stores.ts";
import { until } from "../until.ts";
import { hasEnded, type Newcomers, type Person, type SagaOf, type Standing } from "./newcomers.ts";
import { again, commandsAbout, repliesAbout } from "./records.ts";
import type { Place, Snare, Snares } from "./snares.ts";
import type { PARTICIPANTS } from "./traces.ts";

/** The time that every step has: thirty seconds are six times what it is in earnest. */
export const STEP_TIMEOUT_MS = 2_000;
const AWAY_MS = 6 * STEP_TIMEOUT_MS;
const FAULT_MS_MAX = 180_000;

/** One command of a saga's way, and the fault that meets it. */
export interface Ordeal extends Place {
  readonly kind: string;
  readonly participant: (typeof PARTICIPANTS)[number];
  readonly canUndo: boolean;
  /** The last step before the point of no return. */
  readonly lastChance: string;
}

export interface Theatre {
  readonly platform: EnvPlatform;
  readonly stores: Stores;
  readonly snares: Snares;
  readonly bus: Bus;
  readonly newcomers: Newcomers;
  /** For orders that are under way. */
  readonly productId: string;
}

type End = "completed" | "compensated";

/** A kind of fault. */
export interface Hurt {
  readonly fits: (ordeal: Ordeal) => boolean;
  /** How the saga must end; of several one. */
  readonly ends: (ordeal: Ordeal) => readonly End[];
  /** @param person who is going to be deleted. */
  readonly before?: (ordeal: Ordeal, theatre: Theatre, person: Person | undefined) => Promise<void>;
  /** Resolves when the last fault has passed. */
  readonly during: (ordeal: Ordeal, theatre: Theatre, saga: SagaOf) => Promise<void>;
  readonly after?: (ordeal: Ordeal, theatre: Theatre, saga: SagaOf) => Promise<void>;
}

const everywhere = () => true;
const whereItWasGoing = ({ action }: Ordeal): End[] => [action === "do" ? "completed" : "compensated"];
const back = (): End[] => ["compensated"];
const lay =
  (what: Snare) =>
  (ordeal: Ordeal, { snares }: Theatre) =>
    snares.lay(what, ordeal);

/** Kinds of fault that real services can be given from outside, by name. */
export const HURTS: Readonly<Record<string, Hurt>> = {
  "participant fails": {
    fits: everywhere,
    ends: (ordeal) => (isForward(ordeal) ? ["completed"] : ["compensated"]),
    before: lay("fail"),
    async during(ordeal, { newcomers, snares }, saga) {
      const isEnough = ({ state, step, attempts }: Standing) =>
        ordeal.action === "do" && ordeal.canUndo ? state === "compensating" : step === ordeal.step && attempts > 11;
      await newcomers.waitFor(saga, "was failed often enough", FAULT_MS_MAX, isEnough);
      await snares.remove("fail");
    },
  },
  "participant refuses: an order under way": {
    fits: ({ step, action }) => step === "customer" && action === "do",
    ends: back,
    async before(_, { newcomers, productId }, person) {
      if (person) await newcomers.order(person, productId);
    },
    during: async () => undefined,
  },
  "participant killed amid its work, away for six times its time": {
    fits: everywhere,
    // One that is slow to start on a busy machine is away for longer than it is waited for.
    ends: (ordeal) =>
      ordeal.action === "do" && ordeal.canUndo ? ["completed", "compensated"] : whereItWasGoing(ordeal),
    before: lay("stop effect"),
    async during({ participant }, { platform, snares }) {
      await snares.atStop(participant, () => platform.service(participant).kill());
      await snares.remove("stop effect");
      await sleep(AWAY_MS);
      await platform.startAgain(participant);
    },
  },
  "replies lost": {
    fits: everywhere,
    ends: whereItWasGoing,
    before: lay("lose reply"),
    async during({ step, action }, { newcomers, snares }, saga) {
      const state = action === "do" ? "running" : "compensating";
      const isEnough = (at: Standing) => at.step === step && at.state === state && at.attempts > 3;
      await newcomers.waitFor(saga, "asked again", FAULT_MS_MAX, isEnough);
      await snares.remove("lose reply");
    },
  },
  "replies three times, once by another id": {
    fits: everywhere,
    ends: whereItWasGoing,
    async during(ordeal, { newcomers, stores, bus }, saga) {
      let repeated = 0;
      await until("the reply was repeated and the saga has ended", FAULT_MS_MAX, async () => {
        const at = await newcomers.find(saga);
        if (at && repeated === 0) {
          const replies = await repliesAbout(at.sagaId, ordeal, stores);
          if (replies.length > 0)
            await bus.publish(
              "saga.replies",
              replies.flatMap((each) => [each, each, again(each)]),
            );
          repeated += replies.length;
        }
        return repeated > 0 && at !== undefined && hasEnded(at);
      });
    },
  },
  "orchestrator killed before it persists": killedOrchestrator("stop before commit"),
  "orchestrator killed after it persists": killedOrchestrator("stop in commit"),
  "do after its undo": {
    fits: ({ action, canUndo }) => action === "do" && canUndo,
    ends: back,
    before: lay("hold command"),
    async during(_, { newcomers, snares }, saga) {
      await newcomers.waitFor(saga, "turned back", FAULT_MS_MAX, ({ state }) => state !== "running");
      await snares.remove("hold command");
    },
    async after(ordeal, { newcomers, stores, bus }, saga) {
      const { sagaId } = await newcomers.waitFor(saga, "has ended", FAULT_MS_MAX, hasEnded);
      const held = await commandsAbout(sagaId, ordeal, stores);
      if (held.length === 0) throw new Error("no command was held back");
      await bus.publish("saga.commands", [...held, ...held.map((each) => again(each, 1_000n))]);
      const group = `${ordeal.participant}.sagas`;
      await until("the late commands are read", FAULT_MS_MAX, async () =>
        (await bus.lag(group, ["saga.commands"])).every(({ records }) => records === 0n),
      );
    },
  },
};

/** Nothing but the fault's end is to be waited for: there is no way back. */
function isForward({ action, canUndo }: Ordeal): boolean {
  return action === "do" && !canUndo;
}

function killedOrchestrator(what: Snare): Hurt {
  return {
    fits: everywhere,
    ends: whereItWasGoing,
    before: lay(what),
    async during(_, { platform, snares }) {
      await snares.atStop("sagas", () => platform.service("sagas").kill());
      await snares.remove(what);
      await platform.startAgain("sagas");
    },
  };
}
