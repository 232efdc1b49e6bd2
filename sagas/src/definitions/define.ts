import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Patience, Plan, RetryPace, StepPlan } from "../domain/plan.ts";
import type { Saga } from "../domain/saga.ts";

/** What a command is made of: ids and a reason, never personal data. */
export type About = Pick<Saga, "subjectId" | "reason">;

/** A message that a participant is sent. */
export interface CommandDefinition {
  /** Its full name: `users.v1.CreateProfile`. */
  readonly schema: DescMessage;
  readonly messageOf: (about: About) => MessageInitShape<DescMessage>;
}

/** A step: the pair of messages that take it and undo it. */
export interface StepDefinition extends StepPlan {
  readonly take: CommandDefinition;
  /** Undefined for a step that cannot be undone. */
  readonly undo: CommandDefinition | undefined;
}

export interface SagaDefinition {
  /** `sign-up`. Stored with every saga: it never changes. */
  readonly kind: string;
  readonly steps: readonly StepDefinition[];
}

/** A definition at the pace of this deployment. */
export interface PacedSaga extends SagaDefinition, Plan {
  readonly steps: readonly StepDefinition[];
}

/** A saga is the list of its steps, taken in this order and undone in the opposite one. */
export function saga(kind: string, steps: readonly StepDefinition[]): SagaDefinition {
  return { kind, steps };
}

export interface StepShape extends Patience {
  readonly take: CommandDefinition;
  readonly undo?: CommandDefinition;
}

/** @param name stored with every saga: it stays as long as one may be under way that has it. */
export function step(name: string, participant: string, { take, undo, ...patience }: StepShape): StepDefinition {
  return { step: name, participant, ...patience, canUndo: undo !== undefined, take, undo };
}

/** A command, and what its message is made of. */
export function command<D extends DescMessage>(
  schema: D,
  messageOf: (about: About) => MessageInitShape<D>,
): CommandDefinition {
  return { schema, messageOf };
}

/** For commands about a user. */
export function user({ subjectId }: About) {
  return { userId: subjectId };
}

/** For commands that tell the user why. */
export function userAndReason({ subjectId, reason }: About) {
  return { userId: subjectId, reason };
}

/** How fast sagas are here. */
export interface Pace {
  readonly retry: RetryPace;
  /** How long every step may take to answer; each as its definition says when undefined. */
  readonly stepTimeoutMs: number | undefined;
}

/** The sagas that this orchestrator conducts, by their kind. */
export type Sagas = ReadonlyMap<string, PacedSaga>;

/** @throws {Error} when two sagas are of one kind, or two steps of one have one name. */
export function sagasOf(definitions: readonly SagaDefinition[], { retry, stepTimeoutMs }: Pace): Sagas {
  const sagas = new Map<string, PacedSaga>();
  for (const { kind, steps } of definitions) {
    if (sagas.has(kind)) throw new Error(`two sagas are of the kind ${kind}`);
    if (new Set(steps.map(({ step }) => step)).size < steps.length)
      throw new Error(`two steps of ${kind} have one name`);
    const paced = steps.map((each) => ({ ...each, timeoutMs: stepTimeoutMs ?? each.timeoutMs }));
    sagas.set(kind, { kind, steps: paced, retry });
  }
  return sagas;
}
