import type { Plan, StepPlan } from "./plan.ts";
import { isActive, type ActiveState, type Saga, type SagaStep } from "./saga.ts";
import type { Command, Outcome, Reply, SagaEvent } from "./saga-event.ts";

/** What came of an event. */
export interface Advance {
  readonly saga: Saga;
  /** What is to be sent; undefined when there is nothing to ask for now. */
  readonly command: Command | undefined;
}

/** A saga at the step that waits for its participant. */
interface At {
  readonly plan: Plan;
  readonly saga: Saga;
  readonly index: number;
  readonly now: Date;
}

/** What an active saga asks of its step, and what the step is meanwhile and afterwards; where it goes from there. */
const COURSE = {
  running: { action: "do", meanwhile: "doing", afterwards: "done", next: 1, end: "completed" },
  compensating: { action: "undo", meanwhile: "undoing", afterwards: "undone", next: -1, end: "compensated" },
} as const satisfies Record<ActiveState, object>;

/** What an answer to the command of the moment leads to. */
const ON_ANSWER: Record<ActiveState, Record<Outcome, (at: At, reason: string) => Advance>> = {
  running: { done: goOn, refused: turnBack, unavailable: askLater, failed: askLater },
  compensating: { done: goOn, refused: askLater, unavailable: askLater, failed: askLater },
};

/**
 * Moves a saga by what happened; undefined when that changes nothing: the saga has ended, or a reply is not the one to the
 * command of the moment. Whoever persists the new state sends the command in the same transaction: so the undo of a step is
 * owed from the moment its `do` can be seen.
 *
 * @throws {Error} when the saga has a step that its plan does not know any more.
 */
export function advance(plan: Plan, saga: Saga, event: SagaEvent, now: Date): Advance | undefined {
  const { state } = saga;
  if (!isActive(state) || (event.type === "answered" && !isOfTheMoment(saga, state, event))) return undefined;
  const fresh = { ...saga, updatedAt: now, version: saga.version + 1 };
  const at = { plan, saga: fresh, index: saga.steps.findIndex(({ step }) => step === saga.step), now };
  switch (event.type) {
    case "started":
      return ask({ ...at, index: 0 });
    case "timedOut":
      return isSpent(at) ? turnBack(at, "STEP_TIMED_OUT") : ask(at);
    case "retried":
      return ask({ ...at, saga: { ...fresh, attempts: 0 } });
    case "abandoned":
      return end({ ...fresh, reason: event.reason }, "abandoned");
    case "answered":
      return ON_ANSWER[state][event.outcome]({ ...at, saga: answered(at, event) }, event.reason);
    default:
      return event satisfies never;
  }
}

/** Whether the point of no return was reached: the step at hand, or one before it, cannot be undone. */
export function isPastReturn(plan: Plan, saga: Saga): boolean {
  const index = saga.steps.findIndex(({ step }) => step === saga.step);
  return saga.steps.slice(0, index + 1).some(({ step }) => !planOf(plan, step).canUndo);
}

/**
 * Whether an answer is to the command of the moment. Done is done, by whichever sending of it: a participant that is always
 * later than the next one would never be heard otherwise. What else it says of an earlier one may have changed since.
 */
function isOfTheMoment(saga: Saga, state: ActiveState, { step, action, sequence, outcome }: Reply): boolean {
  if (step !== saga.step || action !== COURSE[state].action) return false;
  return outcome === "done" ? sequence <= saga.sequence : sequence === saga.sequence;
}

/** The step is taken, or undone: on to the next one. */
function goOn(at: At): Advance {
  const { saga, index } = at;
  const { afterwards, next, end: ended } = courseOf(saga);
  const moved = withStep(saga, index, { state: afterwards });
  const target = index + next;
  if (target < 0 || target >= saga.steps.length) return end(moved, ended);
  return ask({ ...at, saga: { ...moved, attempts: 0 }, index: target });
}

/**
 * Undoes what was begun, the step at hand first: its effect may be there although nobody said so, and its undo keeps a late
 * `do` out. From the point of no return on there is no way back, whatever the participant says.
 */
function turnBack(at: At, reason: string): Advance {
  const { plan, saga } = at;
  if (isPastReturn(plan, saga)) return schedule(at);
  return ask({ ...at, saga: { ...saga, state: "compensating", reason, attempts: 0 } });
}

/** Sends the command again after a pause, unless it was sent as often as it may be. */
function askLater(at: At): Advance {
  return isSpent(at) ? turnBack(at, "STEP_FAILED") : schedule(at);
}

/** Whether the command of the moment is a `do` that was sent as often as it may be. */
function isSpent({ plan, saga, index }: At): boolean {
  if (saga.state !== "running" || isPastReturn(plan, saga)) return false;
  return saga.attempts >= planOf(plan, stepAt(saga, index).step).attempts;
}

/** Asks for the step at hand: for the first time, or again. */
function ask({ plan, saga, index, now }: At): Advance {
  const { action, meanwhile } = courseOf(saga);
  const { step, attempts, startedAt = now } = stepAt(saga, index);
  const { timeoutMs } = planOf(plan, step);
  const asked: Saga = {
    ...withStep(saga, index, { state: meanwhile, attempts: attempts + 1, startedAt }),
    step,
    attempts: saga.attempts + 1,
    sequence: saga.sequence + 1,
    deadlineAt: after(now, timeoutMs),
  };
  const command = { step, action, sequence: asked.sequence, expiresAt: expiryOf(plan, asked, now) };
  return { saga: asked, command };
}

/** When the command just asked for is given up if nobody answers any of its sendings; undefined when it never is. */
function expiryOf(plan: Plan, saga: Saga, now: Date): Date | undefined {
  if (saga.state !== "running" || isPastReturn(plan, saga)) return undefined;
  const { timeoutMs, attempts } = planOf(plan, saga.step ?? "");
  return after(now, timeoutMs * (attempts - saga.attempts + 1));
}

function schedule({ plan: { retry }, saga, now }: At): Advance {
  const waitMs = Math.min(retry.maxMs, retry.firstMs * 2 ** Math.min(saga.attempts - 1, 30));
  return { saga: { ...saga, deadlineAt: after(now, waitMs) }, command: undefined };
}

function end(saga: Saga, state: Exclude<Saga["state"], ActiveState>): Advance {
  return { saga: { ...saga, state, step: undefined, attempts: 0, deadlineAt: undefined }, command: undefined };
}

function answered({ saga, index, now }: At, { reason }: Reply): Saga {
  return withStep(saga, index, { endedAt: now, ...(reason !== "" && { reason }) });
}

/** @throws {Error} for a saga that has ended: it has no course. */
function courseOf({ state }: Saga): (typeof COURSE)[ActiveState] {
  if (!isActive(state)) throw new Error(`a saga that is ${state} asks for nothing`);
  return COURSE[state];
}

function withStep(saga: Saga, index: number, change: Partial<SagaStep>): Saga {
  return { ...saga, steps: saga.steps.with(index, { ...stepAt(saga, index), ...change }) };
}

function stepAt(saga: Saga, index: number): SagaStep {
  const step = saga.steps[index];
  if (!step) throw new Error(`saga ${saga.sagaId} has no step at ${index}`);
  return step;
}

function planOf({ kind, steps }: Plan, name: string): StepPlan {
  const plan = steps.find(({ step }) => step === name);
  if (!plan) throw new Error(`the saga ${kind} has no step ${name} any more`);
  return plan;
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
