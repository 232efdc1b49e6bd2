import { parseArgs } from "node:util";
import type { Given } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";
import type { Verb } from "./verb.ts";

export interface Command extends Given {
  readonly verb: Verb;
}

/** Options of every verb: those that take a value, and those that do not. */
const COMMON = ["token", "user"];
const COMMON_FLAGS = ["json", "help"];

/** @throws {UsageError} for a verb that does not exist, and for options and words that it does not take. */
export function readCommand(verbs: readonly Verb[], args: readonly string[]): Command {
  const verb = verbs.find(({ name }) => name.split(" ").every((word, index) => args[index] === word));
  if (!verb) throw new UsageError(args.length === 0 ? "what?" : `there is no verb ${args.slice(0, 2).join(" ")}`);
  const rest = args.slice(verb.name.split(" ").length);
  const { values, positionals: words } = parse(verb, rest);
  if (words.length < verb.words.min) throw new UsageError(`${verb.name} needs to know more`);
  if (words.length > verb.words.max) throw new UsageError(`${verb.name} does not take ${words[verb.words.max]}`);
  return { verb, words, options: values as Given["options"] };
}

function parse(verb: Verb, args: readonly string[]) {
  const valued = [...COMMON, ...(verb.options ?? [])].map((name) => [name, { type: "string" as const }] as const);
  const flags = [...COMMON_FLAGS, ...(verb.flags ?? [])].map((name) => [name, { type: "boolean" as const }] as const);
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: Object.fromEntries([...valued, ...flags]) });
  } catch (error) {
    // Node goes on with advice that does not help here.
    const [why] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${verb.name}: ${why}`, { cause: error });
  }
}
