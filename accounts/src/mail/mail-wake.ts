import type { Database } from "@animal-delivery/platform/db/database";
import { createWake, type Wake } from "@animal-delivery/platform/wake";

const wakes = new WeakMap<Database, Wake>();

/** What wakes those who send the mails of this database in this process; other processes find new rows by polling. */
export function mailWake(db: Database): Wake {
  const known = wakes.get(db);
  if (known) return known;
  const fresh = createWake();
  wakes.set(db, fresh);
  return fresh;
}
