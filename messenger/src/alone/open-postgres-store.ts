import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { StoreLimits } from "../domain/limits.ts";
import { MIGRATIONS } from "../migrations.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { createPostgresChatStore } from "../store/postgres/postgres-store.ts";
import { POSTGRES_SETTINGS } from "../store/postgres/settings.ts";

const TIMEOUTS = { statementTimeoutMs: 10_000, lockTimeoutMs: 5_000 };

export interface PostgresPlace extends StoreLimits {
  readonly url: string;
  readonly poolSize: number;
}

/** Brings the database up to date and opens the store in it; `open` closes both. */
export async function openPostgresStore(
  { url, poolSize, ...limits }: PostgresPlace,
  telemetry: Telemetry,
  open: AsyncDisposableStack,
): Promise<ChatStore> {
  await migrate(url, [MIGRATIONS]);
  const db = open.use(openDatabase({ url, poolSize, ...TIMEOUTS, settings: POSTGRES_SETTINGS }, telemetry));
  return open.use(createPostgresChatStore({ db, telemetry, ...limits }));
}
