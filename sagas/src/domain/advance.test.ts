import { describe, expect, it } from "vitest";
import { advance, isPastReturn, type Advance } from "./advance.ts";
import type { Plan } from "./plan.ts";
import { newSaga, type Saga, type SagaState, type StepState } from "./saga.ts";
import type { Action, Outcome, SagaEvent } from "./saga-event.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const PATIENCE = { participant: "accounts", timeoutMs: 5_000, attempts: 3 };

/** Two steps that can be undone; what follows cannot. */
const PLAN: Plan = {
  kind: "test",
  retry: { firstMs: 100, maxMs: 1_000 },
  steps: [
    { ...PATIENCE, step: "one", canUndo: true },
    { ...PATIENCE, step: "two", canUndo: true },
    { ...PATIENCE, step: "three", canUndo: false },
    { ...PATIENCE, step: "four", canUndo: false },
  ],
};

describe("a saga", () => {
  it("begins by asking for its first step", () => {
    const { saga, command } = started();

    expect(command).toEqual({ step: "one", action: "do", sequence: 1, expiresAt: later(15_000) });
    expect(saga).toMatchObject({ state: "running", step: "one", attempts: 1, sequence: 1, version: 2 });
    expect(saga.deadlineAt).toEqual(later(5_000));
    expect(statesOf(saga)).toEqual(["doing", "waiting", "waiting", "waiting"]);
  });

  it("takes one step after the other and is completed", () => {
    let at = started();
    for (const step of ["one", "two", "three", "four"]) {
      expect(at.command).toMatchObject({ step, action: "do" });
      at = answer(at.saga, "done");
    }

    expect(at.command).toBeUndefined();
    expect(at.saga).toMatchObject({
      state: "completed",
      step: undefined,
      deadlineAt: undefined,
      sequence: 4,
      reason: "",
    });
    expect(statesOf(at.saga)).toEqual(["done", "done", "done", "done"]);
  });

  it("undoes what was begun in reverse, the refused step first, and keeps the reason", () => {
    let at = answer(reached("two"), "refused", "CUSTOMER_BUSY");
    expect(at.command).toMatchObject({ step: "two", action: "undo", sequence: 3 });
    expect(at.saga).toMatchObject({ state: "compensating", reason: "CUSTOMER_BUSY", attempts: 1 });
    expect(statesOf(at.saga)).toEqual(["done", "undoing", "waiting", "waiting"]);

    at = answer(at.saga, "done");
    expect(at.command).toMatchObject({ step: "one", action: "undo", sequence: 4 });
    at = answer(at.saga, "done");

    expect(at.command).toBeUndefined();
    expect(at.saga).toMatchObject({ state: "compensated", step: undefined, reason: "CUSTOMER_BUSY" });
    expect(statesOf(at.saga)).toEqual(["undone", "undone", "waiting", "waiting"]);
    expect(at.saga.steps[1]).toMatchObject({ reason: "CUSTOMER_BUSY", attempts: 2, startedAt: NOW, endedAt: NOW });
  });
});

type Row = [at: string, state: "running" | "compensating", event: string, attempts: number, then: string];

// What the command of the moment, sent so often, leads to: `ask` again at once, ask `later`, the undo of the step, the next one.
describe.each<Row>([
  ["two", "running", "done", 1, "do three"],
  ["two", "running", "refused", 1, "undo two WHY"],
  ["two", "running", "unavailable", 1, "later 100"],
  ["two", "running", "unavailable", 2, "later 200"],
  ["two", "running", "unavailable", 3, "undo two STEP_FAILED"],
  ["two", "running", "failed", 2, "later 200"],
  ["two", "running", "failed", 3, "undo two STEP_FAILED"],
  ["two", "running", "timedOut", 1, "do two"],
  ["two", "running", "timedOut", 3, "undo two STEP_TIMED_OUT"],
  ["two", "running", "retried", 3, "do two"],
  ["two", "running", "abandoned", 1, "abandoned"],
  ["three", "running", "done", 1, "do four"],
  ["three", "running", "refused", 1, "later 100"],
  ["three", "running", "unavailable", 30, "later 1000"],
  ["three", "running", "failed", 100, "later 1000"],
  ["three", "running", "timedOut", 100, "do three"],
  ["four", "running", "refused", 9, "later 1000"],
  ["four", "running", "timedOut", 9, "do four"],
  ["four", "running", "abandoned", 9, "abandoned"],
  ["two", "compensating", "done", 1, "undo one"],
  ["one", "compensating", "done", 1, "compensated"],
  ["two", "compensating", "refused", 3, "later 400"],
  ["two", "compensating", "unavailable", 5, "later 1000"],
  ["two", "compensating", "failed", 9, "later 1000"],
  ["two", "compensating", "timedOut", 50, "undo two"],
  ["two", "compensating", "retried", 50, "undo two"],
  ["two", "compensating", "abandoned", 1, "abandoned"],
])("at step %s, %s, %s after %i attempts", (step, state, event, attempts, then) => {
  it(`leads to: ${then}`, () => {
    const before = { ...reached(step, state), attempts };

    const after = happen(before, event);

    expect(after && wordsOf(after, state)).toBe(then);
    expect(after?.saga.version).toBe(before.version + 1);
  });
});

describe("an event that is of no account", () => {
  it.each<[string, Partial<{ step: string; action: Action; sequence: number }>]>([
    ["of another step", { step: "one" }],
    ["to another action", { action: "undo" }],
    ["to an earlier command", { sequence: 1 }],
    ["to a command that was never sent", { sequence: 3 }],
  ])("is a reply %s", (_, other) => {
    const saga = reached("two");
    const outcomes = [
      "refused",
      "unavailable",
      "failed",
      ...(other.sequence === 1 ? [] : (["done"] as const)),
    ] as const;
    for (const outcome of outcomes) {
      const reply = {
        type: "answered",
        step: "two",
        action: "do",
        sequence: 2,
        outcome,
        reason: "",
        ...other,
      } as const;

      expect(advance(PLAN, saga, reply, NOW)).toBeUndefined();
    }
  });

  it.each(["completed", "compensated", "abandoned"] as const)("is any, once the saga is %s", (state) => {
    const saga: Saga = { ...reached("two"), state, step: undefined, deadlineAt: undefined };
    for (const event of ["done", "refused", "unavailable", "failed", "timedOut", "retried", "abandoned"]) {
      expect(happen(saga, event)).toBeUndefined();
    }
  });
});

it("done is done, by whichever sending of the command", () => {
  const { saga } = happen(reached("two"), "timedOut")!;
  const reply = { type: "answered", step: "two", action: "do", sequence: 2, outcome: "done", reason: "" } as const;

  expect(advance(PLAN, saga, reply, NOW)).toMatchObject({ command: { step: "three", action: "do", sequence: 4 } });
});

it("a command may be taken up until it would be given up, one that is never given up for ever", () => {
  expect(happen(reached("two"), "timedOut")?.command?.expiresAt).toEqual(later(10_000));
  expect(happen({ ...reached("two"), attempts: 2 }, "timedOut")?.command?.expiresAt).toEqual(later(5_000));
  expect(happen(reached("two"), "done")?.command).toMatchObject({ step: "three", expiresAt: undefined });
  expect(happen(reached("two", "compensating"), "timedOut")?.command).toMatchObject({ expiresAt: undefined });
});

it("a retry asks as if for the first time", () => {
  const { saga } = happen({ ...reached("two"), attempts: 3 }, "retried")!;

  expect(saga).toMatchObject({ attempts: 1, sequence: 3 });
  expect(saga.steps[1]).toMatchObject({ attempts: 2 });
});

it("an abandoned saga keeps its steps as they stand, and the operator's words", () => {
  const { saga } = happen(reached("two"), "abandoned")!;

  expect(statesOf(saga)).toEqual(["done", "doing", "waiting", "waiting"]);
  expect(saga.reason).toBe("WHY");
});

it.each([
  ["one", false],
  ["two", false],
  ["three", true],
  ["four", true],
] as const)("at step %s the point of no return was reached: %s", (step, isPast) => {
  expect(isPastReturn(PLAN, reached(step))).toBe(isPast);
});

it("a saga with a step that its plan lost cannot be moved", () => {
  const plan = { ...PLAN, steps: PLAN.steps.filter(({ step }) => step !== "two") };

  expect(() => advance(plan, reached("two"), { type: "timedOut" }, NOW)).toThrow(
    "the saga test has no step two any more",
  );
});

function started(): Advance {
  const seed = { sagaId: "saga", subjectId: "ada", correlationId: "corr", traceHeaders: {} };
  return advance(PLAN, newSaga({ ...seed, plan: PLAN, now: NOW }), { type: "started" }, NOW)!;
}

/** A saga that asked for this step for the first time. */
function reached(step: string, state: Extract<SagaState, "running" | "compensating"> = "running"): Saga {
  let { saga } = started();
  const last = state === "compensating" ? "two" : step;
  while (saga.step !== last) ({ saga } = answer(saga, "done"));
  if (state === "compensating") ({ saga } = answer(saga, "refused", "WHY"));
  while (saga.step !== step) ({ saga } = answer(saga, "done"));
  return saga;
}

function answer(saga: Saga, outcome: Outcome, reason = ""): Advance {
  const action = saga.state === "running" ? "do" : "undo";
  const { step = "", sequence } = saga;
  return advance(PLAN, saga, { type: "answered", step, action, sequence, outcome, reason }, NOW)!;
}

function happen(saga: Saga, event: string): Advance | undefined {
  if (event === "timedOut" || event === "retried") return advance(PLAN, saga, { type: event }, NOW);
  if (event === "abandoned") return advance(PLAN, saga, { type: "abandoned", reason: "WHY" }, NOW);
  return advance(PLAN, saga, answerOf(saga, event as Outcome), NOW);
}

function answerOf({ state, step = "", sequence }: Saga, outcome: Outcome): SagaEvent {
  const action = state === "running" ? "do" : "undo";
  return { type: "answered", step, action, sequence, outcome, reason: outcome === "done" ? "" : "WHY" };
}

/** `do two`, `later 100`, with the saga's reason where it has just turned back, or how it ended. */
function wordsOf({ saga, command }: Advance, before: SagaState): string {
  if (!saga.deadlineAt) return saga.state;
  if (!command) return `later ${saga.deadlineAt.getTime() - NOW.getTime()}`;
  const turn = saga.state === before ? "" : ` ${saga.reason}`;
  return `${command.action} ${command.step}${turn}`;
}

function statesOf({ steps }: Saga): StepState[] {
  return steps.map(({ state }) => state);
}

function later(ms: number): Date {
  return new Date(NOW.getTime() + ms);
}
