import type { Caller } from "./caller.ts";
import type { Pages } from "./pages.ts";

/** What the calls of one face work with. */
export interface Parts {
  readonly caller: Caller;
  readonly pages: Pages;
  /** The key of whoever made each chat, for all faces of one store. */
  readonly creators: Map<string, string>;
}

/** How long something lives, as JSON has it. */
export function durationOf(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { ttl: `${ms / 1_000}s` };
}
