import { Counter, Gauge } from "prom-client";
import type { Database } from "../db/database.ts";
import type { Meters } from "../telemetry/metrics.ts";
import { oldestUnsentSeconds } from "./outbox-rows.ts";

/** What the relay tells about itself. */
export interface OutboxMetrics {
  /** Asks the database at each scrape. */
  readonly oldestUnsent: Gauge;
  readonly published: Counter<"topic">;
  readonly parked: Counter<"topic">;
  /** Whether this process is the one that relays: 1 or 0. */
  readonly leader: Gauge;
}

export function createOutboxMetrics({ registry }: Meters, db: Database): OutboxMetrics {
  const registers = [registry];
  const oldestUnsent = new Gauge({
    name: "outbox_oldest_unsent_seconds",
    help: "Age of the oldest event that the bus has not acknowledged; also while no relay works",
    registers,
    async collect() {
      // Without the database there is nothing to tell; the last value stays.
      await oldestUnsentSeconds(db).then(
        (seconds) => this.set(seconds),
        () => undefined,
      );
    },
  });
  return {
    oldestUnsent,
    published: new Counter({
      name: "outbox_published_total",
      help: "Events published",
      labelNames: ["topic"],
      registers,
    }),
    parked: new Counter({ name: "outbox_parked_total", help: "Events set aside", labelNames: ["topic"], registers }),
    leader: new Gauge({ name: "outbox_relay_leader", help: "1 in the process whose relay works", registers }),
  };
}
