import { setTimeout as delay } from "node:timers/promises";
import { Pool, type PoolConfig } from "pg";
import type { Logger } from "../log/logger.ts";

/** A cancel that overtook its statement has no effect, so it is repeated at this pace. */
const REPEAT_MS = 100;

const CONNECT_TIMEOUT_MS = 2_000;

/** Cancels statements that run on other connections of the same role. */
export interface StatementCanceller extends AsyncDisposable {
  /**
   * Asks Postgres to cancel what runs on the connection with this process id, until `settled` is true. When it resolves
   * no cancel is on its way any more, so the connection may serve somebody else.
   */
  cancel(processId: number, settled: () => boolean): Promise<void>;
}

/** A canceller with side connections of its own: the pool may be full of what is to be cancelled. */
export function createStatementCanceller(config: PoolConfig, log: Logger): StatementCanceller {
  const side = new Pool({
    ...config,
    max: 2,
    idleTimeoutMillis: 5_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  side.on("error", () => undefined);
  return {
    async cancel(processId, settled) {
      try {
        while (!settled()) {
          // Postgres has delivered the signal before it answers: it cannot hit a statement that starts later.
          await side.query("select pg_cancel_backend($1)", [processId]);
          if (!settled()) await delay(REPEAT_MS);
        }
      } catch (error) {
        log.warn("statement could not be cancelled, its time limit will end it", { error });
      }
    },
    [Symbol.asyncDispose]: () => side.end(),
  };
}
