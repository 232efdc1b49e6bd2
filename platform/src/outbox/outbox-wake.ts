import type { Database } from "../db/database.ts";
import { createWake, type Wake } from "../wake.ts";

const wakes = new WeakMap<Database, Wake>();

/** What wakes the relay of this database in this process; other processes' relays find new rows by polling. */
export function outboxWake(db: Database): Wake {
  const known = wakes.get(db);
  if (known) return known;
  const fresh = createWake();
  wakes.set(db, fresh);
  return fresh;
}
