import { ROOT_CONTEXT } from "@opentelemetry/api";
import { runInContext } from "@animal-delivery/platform/request-context";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";

/** A database with a table to try statements on. */
export async function cratesDatabase(): Promise<TestDatabase> {
  const db = await testDatabase({ migrations: [], poolSize: 4, statementTimeoutMs: 3_000, lockTimeoutMs: 1_000 });
  await db.query("create", "create table crates (crate_id text primary key, animals int not null check (animals > 0))");
  return db;
}

export function insertCrate(on: Pick<TestDatabase, "query">, crateId: string, animals: number) {
  return on.query("insert_crate", "insert into crates (crate_id, animals) values ($1, $2)", [crateId, animals]);
}

export async function countCrates(db: TestDatabase): Promise<number | undefined> {
  const result = await db
    .query<{ n: number }>("count_crates", "select count(*)::int as n from crates")
    .catch(() => undefined);
  return result?.rows[0]!.n;
}

/** How many statements with this word in them Postgres works on, besides the one that asks. */
export async function running(db: TestDatabase, word: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "running",
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like '%' || $1 || '%'`,
    [word],
  );
  return rows[0]!.n;
}

export async function killConnections(db: TestDatabase): Promise<void> {
  await db.withSession((session) =>
    session.query(
      "kill_all",
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    ),
  );
}

export async function tryLock(db: TestDatabase): Promise<boolean> {
  return db.withSession(async (session) => {
    const { rows } = await session.query<{ got: boolean }>("try_lock", "select pg_try_advisory_lock(4711) as got");
    return rows[0]!.got;
  });
}

/** Does the work in a request that `signal` aborts. */
export function withSignal<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return runInContext({ requestId: "r", correlationId: "c", trace: ROOT_CONTEXT, signal }, work);
}
