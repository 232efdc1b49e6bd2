import type { Step, StepCommand } from "./step.ts";
import type { Action } from "./words.ts";

/** A command that a participant understands: one direction of one of its steps. */
export interface KnownCommand {
  readonly step: string;
  readonly action: Action;
  readonly command: StepCommand;
}

/**
 * The commands of some steps by their type: what a record asks for is told by its message alone. Steps of different sagas may
 * have one name.
 *
 * @throws {Error} when two commands have one type.
 */
export function commandsOf(steps: readonly Step[]): ReadonlyMap<string, KnownCommand> {
  const known = new Map<string, KnownCommand>();
  for (const { name, take, undo } of steps) {
    add(known, { step: name, action: "do", command: take });
    if (undo) add(known, { step: name, action: "undo", command: undo });
  }
  return known;
}

function add(known: Map<string, KnownCommand>, one: KnownCommand): void {
  const type = one.command.schema.typeName;
  if (known.has(type)) throw new Error(`two steps are asked for by ${type}`);
  known.set(type, one);
}
