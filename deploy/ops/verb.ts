import type { JsonValue } from "@bufbuild/protobuf";
import type { Given } from "./arguments.ts";
import type { Services } from "./connect.ts";

/** What a verb works with. */
export interface Call extends Given {
  readonly services: Services;
  /** Goes with each call: the operator's token. */
  readonly as: { readonly headers: { readonly authorization: string } };
}

export interface Answer {
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly json: JsonValue;
  /** 1 when something is left that somebody must deal with; 0 unless given. */
  readonly exitCode?: 0 | 1;
}

export interface Verb {
  /** Its words: `dlq list`. */
  readonly name: string;
  /** The options that take a value, and those that do not. */
  readonly options?: readonly string[];
  readonly flags?: readonly string[];
  /** How many words follow it. */
  readonly words: { readonly min: number; readonly max: number };
  run(call: Call): Promise<Answer>;
}
