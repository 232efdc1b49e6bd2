import type { Database } from "@animal-delivery/platform/db/database";
import type { StoreLimits } from "../../domain/limits.ts";

/** What every part of the store works with. */
export interface Tables {
  readonly db: Database;
  readonly limits: StoreLimits;
  /** What is added to the database's clock, in milliseconds: the `$1` of every statement that asks for the time. */
  readonly shiftMs: () => number;
  /** To be called after the commit of what watchers of a chat must know. */
  readonly changed: (chatId: string) => void;
}
