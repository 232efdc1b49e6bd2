import type { Stores } from "../stores.ts";
import { until } from "../until.ts";
import { identitiesOf } from "./identities.ts";

/** What a provider made after everybody stopped waiting for it is swept when it is five minutes old. */
const SWEPT_MS_MAX = 600_000;

/**
 * Waits until accounts has swept what sign-ups left that got no further; what it leaves the checks find.
 *
 * @param prefix of the e-mail addresses.
 * @returns how much there was.
 */
export async function untilSwept(prefix: string, stores: Stores, env: NodeJS.ProcessEnv): Promise<number> {
  const orphans = await countOrphans(prefix, stores, env);
  const areSwept = async () => (await countOrphans(prefix, stores, env)) === 0;
  if (orphans > 0) await until("orphans are swept", SWEPT_MS_MAX, areSwept).catch(() => undefined);
  return orphans;
}

/** Identities of nobody, and addresses that are reserved. */
async function countOrphans(prefix: string, stores: Stores, env: NodeJS.ProcessEnv): Promise<number> {
  const accounts = stores.database("accounts");
  const sql = "select user_id as id from users where email like $1";
  const users = new Set((await accounts.query<{ id: string }>(sql, [`${prefix}%`])).rows.map(({ id }) => id));
  const reserved = await accounts.query("select from sign_ups where state = 'reserved'");
  const identities = await identitiesOf(prefix, env);
  return identities.filter(({ userId }) => !users.has(userId)).length + (reserved.rowCount ?? 0);
}
