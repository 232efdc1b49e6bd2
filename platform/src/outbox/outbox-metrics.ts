import { Counter, Gauge } from "prom-client";
import type { Database } from "../db/database.ts";
import type { Meters } from "../telemetry/metrics.ts";
import { outboxState, type OutboxState } from "./outbox-state.ts";

/** What the relay tells about itself. */
export interface OutboxMetrics {
  readonly published: Counter<"topic">;
  readonly parked: Counter<"topic">;
  /** Whether this process is the one that relays: 1 or 0. */
  readonly leader: Gauge;
}

/** Also tells how the outbox stands: the database is asked at each scrape, while no relay works too. */
export function createOutboxMetrics({ registry }: Meters, db: Database): OutboxMetrics {
  const registers = [registry];
  tellState(registers, db);
  return {
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

function tellState(registers: Meters["registry"][], db: Database): void {
  const state = shared(() => outboxState(db));
  const tell = (name: string, help: string, valueOf: (state: OutboxState) => number): void => {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      // Without the database there is nothing to tell; the last value stays.
      collect: async () => {
        const known = await state().catch(() => undefined);
        if (known) gauge.set(valueOf(known));
      },
    });
  };
  const oldest = "Age of the oldest event that the bus has not acknowledged";
  tell("outbox_oldest_unsent_seconds", oldest, ({ oldestUnsentSeconds }) => oldestUnsentSeconds);
  tell("outbox_unsent_events", "Events that wait, counted up to 10,000", ({ unsentRows }) => unsentRows);
  tell(
    "outbox_parked_events",
    "Events that the bus can never take, and those behind them",
    ({ parkedRows }) => parkedRows,
  );
}

/** Callers at the same time get the answer to one question. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => (asked = undefined));
    return asked;
  };
}
