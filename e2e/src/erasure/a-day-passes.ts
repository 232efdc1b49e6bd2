import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { purgeOnce } from "@animal-delivery/platform/db/purge-expired";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

/** Lets the answers that a service's database keeps grow a day older, and purges as the service does. */
export async function aDayPasses(url: string): Promise<void> {
  const limits = { statementTimeoutMs: 30_000, lockTimeoutMs: 30_000 };
  await using db = openDatabase({ url, poolSize: 1, ...limits }, testTelemetry());
  await db.query("a_day_passes", "update idempotency set expires_at = expires_at - interval '1 day'");
  await purgeOnce(db, new AbortController().signal);
}
