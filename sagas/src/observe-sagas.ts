import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { Counter, Gauge, Histogram } from "prom-client";
import { isActive, type Saga } from "./domain/saga.ts";
import type { Command } from "./domain/saga-event.ts";
import { countActiveSagas } from "./store/due-sagas.ts";

/** What one transaction does to a saga. */
export interface SagaMove {
  /** Undefined for a saga that begins. */
  readonly before: Saga | undefined;
  readonly after: Saga;
  readonly command: Command | undefined;
}

/** Tells operators what becomes of sagas, once it is committed. */
export interface SagaObserver {
  moved(tx: Transaction, move: SagaMove): void;
  /** A participant refuses where there is no way back: somebody has to look. */
  stuck(tx: Transaction, saga: Saga, reason: string): void;
}

/** From a sign-up among healthy services to a deletion that waited for a day. */
const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 86_400];

/** Logs and counts. Its metrics live in the registry, so a registry takes one observer. */
export function observeSagas({ log, meters }: Telemetry, db: Database, kinds: readonly string[]): SagaObserver {
  const { compensations, duration, resends } = metricsOf(meters.registry, db, kinds);
  return {
    moved(tx, { before, after, command }) {
      const { kind, state, reason } = after;
      const facts = { saga_id: after.sagaId, kind, state, ...(reason !== "" && { reason }) };
      tx.afterCommit(() => {
        if (before?.state === "running" && state === "compensating") {
          compensations.inc({ kind, step: after.step ?? "" });
          log.warn("saga turns back", { ...facts, step: after.step });
        }
        if (!isActive(state)) {
          duration.observe({ kind, state }, (after.updatedAt.getTime() - after.startedAt.getTime()) / 1000);
          log.info("saga ended", facts);
        }
        if (!command) return;
        const { step, action, sequence } = command;
        if (after.attempts > 1) resends.inc({ kind, step });
        log.info("saga asks", { ...facts, step, action, sequence, attempt: after.attempts });
      });
    },
    stuck(tx, { sagaId, kind, state, step, attempts }, reason) {
      const facts = { saga_id: sagaId, kind, state, step, attempts, reason };
      tx.afterCommit(() => log.error("a participant refuses where there is no way back", facts));
    },
  };
}

function metricsOf(registry: Telemetry["meters"]["registry"], db: Database, kinds: readonly string[]) {
  const registers = [registry];
  const active: Gauge<"kind"> = new Gauge({
    name: "saga_active",
    help: "Sagas under way; each replica tells of all",
    labelNames: ["kind"],
    registers,
    // While the database is away there is nothing to tell; the last value stays.
    collect: async () => {
      const counts = await countActiveSagas(db).catch(() => undefined);
      if (!counts) return;
      for (const kind of new Set([...kinds, ...counts.keys()])) active.set({ kind }, counts.get(kind) ?? 0);
    },
  });
  return {
    compensations: new Counter({
      name: "saga_compensations_total",
      help: "Sagas that turned back, by the step that they came to",
      labelNames: ["kind", "step"],
      registers,
    }),
    duration: new Histogram({
      name: "saga_duration_seconds",
      help: "How long sagas took, by how they ended",
      labelNames: ["kind", "state"],
      buckets: SECONDS,
      registers,
    }),
    resends: new Counter({
      name: "saga_resends_total",
      help: "Commands that were sent again",
      labelNames: ["kind", "step"],
      registers,
    }),
  };
}
