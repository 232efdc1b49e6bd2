import type { Database } from "../db/database.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { EventHandler } from "./event-handler.ts";
import { replayParked } from "./replay-parked.ts";

export interface ReplayResources {
  readonly db: Database;
  readonly telemetry: Telemetry;
  readonly handlers: readonly EventHandler[];
}

/**
 * The operator's replay of what a consumer parked, as a process beside the running service: all of it, or only the aggregate
 * named by the first argument. Says what came of it in one log line.
 *
 * @throws {Error} when events stay parked, so that the process ends with 1; why is in the log, and in `inbox_parked.cause`.
 */
export async function runReplay(
  consumer: string,
  { db, telemetry, handlers }: ReplayResources,
  args: readonly string[],
  stop: AbortSignal,
): Promise<void> {
  const [aggregateId] = args;
  const only = aggregateId === undefined ? {} : { aggregateId };
  const { applied, failed } = await replayParked(db, { consumer, handlers, telemetry, ...only, signal: stop });
  telemetry.log.info("parked events replayed", { consumer, applied, aggregates_failed: failed });
  if (failed > 0) throw new Error(`${failed} aggregates stay parked`);
}
