import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { StoreLimits } from "../src/domain/limits.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { createPostgresChatStore } from "../src/store/postgres/postgres-store.ts";
import { POSTGRES_SETTINGS } from "../src/store/postgres/settings.ts";

const PLENTY: StoreLimits = { sessionsMax: 1_000_000, chatsMax: 1_000_000 };

export interface OpenStore {
  /** An empty, migrated database by default. */
  readonly url?: string;
  readonly limits?: StoreLimits;
  readonly clockShiftMs?: () => number;
  readonly statementTimeoutMs?: number;
}

/** A store as a process opens it, with connections of its own, which close with it; so does the database that it came with. */
export async function openStore(options: OpenStore = {}): Promise<ChatStore> {
  const { limits = PLENTY, clockShiftMs = () => 0, statementTimeoutMs = 10_000 } = options;
  const owned = new AsyncDisposableStack();
  const url = options.url ?? owned.use(await testDatabase({ migrations: [MIGRATIONS] })).url;
  const telemetry = testTelemetry();
  const pool = { url, poolSize: 10, statementTimeoutMs, lockTimeoutMs: 5_000, settings: POSTGRES_SETTINGS };
  const db = owned.use(openDatabase(pool, telemetry));
  const store = createPostgresChatStore({ db, telemetry, ...limits, clockShiftMs });
  owned.defer(store[Symbol.asyncDispose].bind(store));
  return Object.assign(store, { [Symbol.asyncDispose]: async () => owned.disposeAsync() });
}
