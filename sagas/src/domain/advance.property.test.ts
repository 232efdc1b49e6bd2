// Every saga ends, and ends whole, whatever the bus and the participants do in between.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { advance, type Advance } from "./advance.ts";
import type { Plan } from "./plan.ts";
import { isActive, newSaga, type Saga } from "./saga.ts";
import type { Command, Outcome, Reply } from "./saga-event.ts";

/** What happens next. */
type Happening =
  /** A participant takes up some command that is under way; it stays, for it may come twice. */
  | { readonly what: "deliver"; readonly which: number; readonly outcome: Outcome }
  /** A reply arrives; it stays, for it may come twice. */
  | { readonly what: "answer"; readonly which: number }
  | { readonly what: "loseCommand"; readonly which: number }
  | { readonly what: "loseReply"; readonly which: number }
  | { readonly what: "timeOut" }
  | { readonly what: "retry" };

const which = fc.nat({ max: 1_000 });

const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant("deliver" as const), which, outcome: outcomes() }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant("answer" as const), which }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("loseCommand" as const), which }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("loseReply" as const), which }) },
    { weight: 3, arbitrary: fc.constant({ what: "timeOut" as const }) },
    { weight: 1, arbitrary: fc.constant({ what: "retry" as const }) },
  ),
  { maxLength: 60 },
);

const plans: fc.Arbitrary<Plan> = fc
  .record({
    steps: fc.integer({ min: 1, max: 6 }),
    undoable: fc.nat({ max: 6 }),
    attempts: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ steps, undoable, attempts }) => ({
    kind: "test",
    retry: { firstMs: 1, maxMs: 10 },
    steps: Array.from({ length: steps }, (_, index) => ({
      step: `step ${index}`,
      participant: "p",
      timeoutMs: 10,
      attempts,
      canUndo: index < undoable,
    })),
  }));

it("a saga ends with all of its steps done, or with all that were begun undone in reverse order", () => {
  fc.assert(
    fc.property(plans, happenings, (plan, story) => {
      const world = new World(plan);
      for (const happening of story) world.happen(happening);
      world.settle();

      const { saga, effects } = world;
      expect(["completed", "compensated"]).toContain(saga.state);
      const begun = saga.steps.filter(({ startedAt }) => startedAt).map(({ step }) => step);
      // There is no way back over a step that cannot be undone.
      if (plan.steps.some(({ step, canUndo }) => !canUndo && begun.includes(step)))
        expect(saga.state).toBe("completed");
      if (saga.state === "completed") {
        expect(begun).toHaveLength(plan.steps.length);
        expect(effects.filter(({ action }) => action === "do").map(({ step }) => step)).toEqual(begun);
        expect(effects.some(({ action }) => action === "undo")).toBe(false);
      } else {
        expect(effects.filter(({ action }) => action === "undo").map(({ step }) => step)).toEqual(begun.toReversed());
        expect(saga.steps.filter(({ state }) => state === "undone").map(({ step }) => step)).toEqual(begun);
        expect(saga.reason).not.toBe("");
        // Nothing of a participant is left: no do came after its undo.
        expect([...world.there]).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
});

it("a saga's state and its command always agree, and sequences grow without a gap", () => {
  fc.assert(
    fc.property(plans, happenings, (plan, story) => {
      const world = new World(plan);
      for (const happening of story) world.happen(happening);

      expect(world.commands.map(({ sequence }) => sequence)).toEqual(world.commands.map((_, index) => index + 1));
      const { saga } = world;
      expect(saga.deadlineAt !== undefined).toBe(isActive(saga.state));
      expect(saga.step !== undefined).toBe(isActive(saga.state));
      const current = saga.steps.filter(({ state }) => state === "doing" || state === "undoing");
      expect(current.map(({ step }) => step)).toEqual(saga.step === undefined ? [] : [saga.step]);
    }),
    { numRuns: 1_000 },
  );
});

/** A saga, participants that keep the kit's rules, and a bus that loses, repeats and reorders. */
class World {
  saga: Saga;
  /** All that were ever sent, in order. */
  readonly commands: Command[] = [];
  /** Effects as they happened, each once. */
  readonly effects: { readonly step: string; readonly action: Command["action"] }[] = [];
  /** The steps whose effect is there. */
  readonly there = new Set<string>();
  readonly #plan: Plan;
  readonly #sent: Command[] = [];
  readonly #replies: Reply[] = [];
  readonly #done = new Set<string>();
  readonly #undone = new Set<string>();

  constructor(plan: Plan) {
    this.#plan = plan;
    const seed = { sagaId: "saga", subjectId: "ada", correlationId: "c", traceHeaders: {} };
    this.saga = newSaga({ ...seed, plan, now: NOW });
    this.#apply(advance(plan, this.saga, { type: "started" }, NOW));
  }

  happen(happening: Happening): void {
    switch (happening.what) {
      case "deliver":
        return this.#deliver(pick(this.#sent, happening.which), happening.outcome);
      case "answer":
        return this.#answer(pick(this.#replies, happening.which));
      case "loseCommand":
        return lose(this.#sent, happening.which);
      case "loseReply":
        return lose(this.#replies, happening.which);
      case "timeOut":
        return this.#apply(advance(this.#plan, this.saga, { type: "timedOut" }, NOW));
      case "retry":
        return this.#apply(advance(this.#plan, this.saga, { type: "retried" }, NOW));
    }
  }

  /** Everybody is well again: what is asked is done and answered. Ends, or the saga does not. */
  settle(): void {
    for (let round = 0; round < 100 && isActive(this.saga.state); round += 1) {
      this.#apply(advance(this.#plan, this.saga, { type: "timedOut" }, NOW));
      this.#deliver(this.#sent.at(-1), "done");
      this.#answer(this.#replies.at(-1));
    }
  }

  /** By the rules of the kit: done once, never after its undo, undone once, answered each time. */
  #deliver(command: Command | undefined, outcome: Outcome): void {
    if (!command) return;
    const { step, action, sequence } = command;
    const reply = (outcome: Outcome, reason = ""): void =>
      void this.#replies.push({ step, action, sequence, outcome, reason });
    const known = action === "do" ? this.#done : this.#undone;
    if (action === "do" && this.#undone.has(step)) return reply("refused", "STEP_LATE");
    if (known.has(step)) return reply("done");
    if (outcome !== "done") return reply(outcome, "WHY");
    known.add(step);
    this.effects.push({ step, action });
    if (action === "do") this.there.add(step);
    else this.there.delete(step);
    reply("done");
  }

  #answer(reply: Reply | undefined): void {
    if (reply) this.#apply(advance(this.#plan, this.saga, { type: "answered", ...reply }, NOW));
  }

  #apply(advanced: Advance | undefined): void {
    if (!advanced) return;
    this.saga = advanced.saga;
    if (!advanced.command) return;
    this.commands.push(advanced.command);
    this.#sent.push(advanced.command);
  }
}

const NOW = new Date("2026-11-21T10:00:00Z");

function outcomes(): fc.Arbitrary<Outcome> {
  return fc.constantFrom("done", "done", "done", "refused", "unavailable", "failed");
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items[which % Math.max(1, items.length)];
}

function lose(items: unknown[], which: number): void {
  if (items.length > 0) items.splice(which % items.length, 1);
}
