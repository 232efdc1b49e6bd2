import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { Transaction } from "../db/database.ts";

/**
 * What a command of a saga does. It runs in the transaction that also remembers the step, with the step's row locked, so that
 * no other command of the same step runs meanwhile. It may call systems outside, if that is safe to repeat: a crash before the
 * commit leaves their effect and forgets that it happened. Work on them ends with the request context's `signal`.
 *
 * @throws {DomainError} of the kind `unavailable` when the command shall be sent again; of any other kind when it is refused
 *   for good, with the reason that the orchestrator is told. Everything else is a fault: logged, and the command comes again.
 */
export type StepEffect<D extends DescMessage> = (tx: Transaction, command: MessageShape<D>) => Promise<void>;

/** A step that a service takes in a saga; made by `step`. */
export interface Step {
  /** Its name in the saga: `profile`. */
  readonly name: string;
  readonly take: StepCommand;
  /** Undefined for a step after which there is no way back. */
  readonly undo: StepCommand | undefined;
}

/** One direction of a step; made by `command`. */
export interface StepCommand {
  readonly schema: DescMessage;
  /** Decodes the command and gives its effect. */
  effectOf(payload: Uint8Array): (tx: Transaction) => Promise<void>;
}

/**
 * A step of a saga. `undo` also comes when `take` never did, and must then leave everything as it is.
 *
 * @param name as the saga's definition has it; another saga may have a step of the same name.
 */
export function step(name: string, { take, undo }: { take: StepCommand; undo?: StepCommand }): Step {
  return { name, take, undo };
}

/** The effect of one command. */
export function command<D extends DescMessage>(schema: D, effect: StepEffect<D>): StepCommand {
  return {
    schema,
    effectOf(payload) {
      const message = fromBinary(schema, payload);
      return (tx) => effect(tx, message);
    },
  };
}
