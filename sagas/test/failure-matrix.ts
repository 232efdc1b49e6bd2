// Every spot of every saga at which something can fail, taken from the definitions, and what must have become of a saga there.
import { DomainError } from "@animal-delivery/platform/errors";
import { DEFINITIONS } from "../src/definitions/all.ts";
import type { SagaDefinition } from "../src/definitions/define.ts";
import type { Interference, Sagas } from "./setup.ts";

/** A command of a saga's way: to take a step, or, when the saga turns back at its last chance, to undo it. */
export interface Spot {
  readonly saga: SagaDefinition;
  readonly step: string;
  readonly action: "do" | "undo";
  readonly canUndo: boolean;
}

/** Of each step its `do`, and its `undo` if it has one. */
export const SPOTS: readonly Spot[] = DEFINITIONS.flatMap((saga) =>
  saga.steps.flatMap(({ step, canUndo }) =>
    (["do", "undo"] as const)
      .filter((action) => action === "do" || canUndo)
      .map((action) => ({ saga, step, action, canUndo })),
  ),
);

/** A saga that meets its fault at one spot. */
export interface Ordeal extends Spot {
  readonly sagaId: string;
  readonly subjectId: string;
}

/** How a saga may end without an operator. */
export type End = "completed" | "compensated";

/** One saga for each spot, none of which has begun before an orchestrator and participants are started. */
export class Trial {
  readonly ordeals: readonly Ordeal[];
  /** Those that met their fault as often as they should. */
  readonly met = new Set<Ordeal>();
  #at: Sagas;

  private constructor(at: Sagas, ordeals: readonly Ordeal[]) {
    this.#at = at;
    this.ordeals = ordeals;
  }

  static async begin(at: Sagas, spots: readonly Spot[]): Promise<Trial> {
    const trial = new Trial(
      at,
      await Promise.all(spots.map(async (spot) => ({ ...spot, ...(await at.begin(spot.saga.kind)) }))),
    );
    at.interfere = trial.interfering(async () => undefined);
    return trial;
  }

  of(sagaId: string): Ordeal | undefined {
    return this.ordeals.find((ordeal) => ordeal.sagaId === sagaId);
  }

  /** Makes the sagas turn back that have their fault on the way back; what `interfere` does, it does to each at its spot. */
  interfering(interfere: (ordeal: Ordeal) => Promise<void>): Interference {
    return async (effect, _tx, subjectId) => {
      const ordeal = this.ordeals.find((each) => each.subjectId === subjectId);
      if (!ordeal) return;
      if (ordeal.action === "undo" && effect === `do ${lastChance(ordeal.saga)}`) throw refusal();
      if (effect === `${ordeal.action} ${ordeal.step}`) await interfere(ordeal);
    };
  }

  /** Those that did not meet their fault yet. */
  missing(): string[] {
    return this.ordeals.filter((ordeal) => !this.met.has(ordeal)).map(nameOf);
  }

  async underWay(): Promise<number> {
    const ended = await this.#at.ended(this.ordeals.map(({ sagaId }) => sagaId));
    return this.ordeals.length - Object.values(ended).reduce((sum, sagas) => sum + sagas, 0);
  }

  /** What is not as it must be, once all have ended: each is in its end state, and whole there, and every effect came once. */
  async violations(endOf: (ordeal: Ordeal) => End = sentTo): Promise<string[]> {
    const found: string[] = [];
    for (const ordeal of this.ordeals) {
      const { sagaId, subjectId } = ordeal;
      const end = endOf(ordeal);
      const violate = (what: string) => found.push(`${nameOf(ordeal)}: ${what}`);
      const state = await this.#at.stateOf(sagaId);
      if (state !== end.toUpperCase()) violate(`it is ${state}`);
      const begun = begunBy(await this.#at.stepsOf(sagaId), end);
      const effects = (await this.#at.effectsOf(subjectId)).join();
      if (!waysOf(ordeal, begun, end).includes(effects)) violate(`its effects are ${effects}`);
      const remembered = (await this.#participationsOf(sagaId)).join();
      const expected = begun.map((step) => `${step} ${end === "completed" ? "done" : "undone"}`).toSorted();
      if (remembered !== expected.join()) violate(`its participants remember ${remembered}`);
    }
    return found;
  }

  /** `profile done`, `profile undone`: as the participants remember it. */
  async #participationsOf(sagaId: string): Promise<string[]> {
    const { rows } = await this.#at.peopleDb.query<{ fact: string }>(
      "participations_of",
      `select step || case when undone_at is not null then ' undone' when done_at is not null then ' done' else ' open' end as fact
         from saga_participations where saga_id = $1`,
      [sagaId],
    );
    return rows.map(({ fact }) => fact).toSorted();
  }
}

export function refusal(): DomainError {
  return new DomainError("refused", "CUSTOMER_BUSY", "the participant does not want to");
}

/** The last step before the point of no return. */
function lastChance({ steps }: SagaDefinition): string {
  const first = steps.findIndex(({ canUndo }) => !canUndo);
  return steps.at(first < 0 ? -1 : first - 1)?.step ?? "";
}

/** A fault that passes changes nothing: a saga ends where it was going. */
function sentTo({ action }: Ordeal): End {
  return action === "do" ? "completed" : "compensated";
}

/** The steps that were begun, of which each must stand at one and the same end. */
function begunBy(steps: readonly string[], end: End): string[] {
  const state = end === "completed" ? " DONE" : " UNDONE";
  return steps.filter((step) => step.endsWith(state)).map((step) => step.slice(0, -state.length));
}

/** What participants may have done: all steps; or the begun ones, of which perhaps not the last, and then all of them backwards. */
function waysOf({ saga }: Ordeal, begun: readonly string[], end: End): string[] {
  const done = (steps: readonly string[]) => steps.map((step) => `do ${step}`);
  if (end === "completed") return [done(saga.steps.map(({ step }) => step)).join()];
  const mendable = saga.steps.filter(({ canUndo }) => canUndo).map(({ step }) => step);
  // What was begun is a beginning of the steps before the point of no return, and nothing else.
  if (begun.some((step, index) => step !== mendable[index])) return [];
  const undone = begun.toReversed().map((step) => `undo ${step}`);
  return [begun, begun.slice(0, -1)].map((taken) => [...done(taken), ...undone].join());
}

function nameOf({ saga, step, action }: Spot): string {
  return `${saga.kind}: ${action} ${step}`;
}
