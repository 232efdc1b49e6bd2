import { Gauge, Histogram, type Registry } from "prom-client";
import type { Meters } from "../telemetry/metrics.ts";

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a database tells about itself, under the label `database`. */
export interface DatabaseMetrics {
  /** How long one statement took, by the name of its repository function. */
  statement(operation: string, outcome: "ok" | "error", seconds: number): void;
  /** How the pool stands. */
  pool(state: { idleCount: number; totalCount: number; waitingCount: number }): void;
}

/** Metrics of the database with this name, in the service's registry; several databases share the families. */
export function createDatabaseMetrics({ registry }: Meters, database: string, poolSize: number): DatabaseMetrics {
  const { duration, connections, connectionsMax, waiting } = familiesOf(registry);
  connectionsMax.set({ database }, poolSize);
  return {
    statement: (operation, outcome, seconds) => duration.observe({ database, operation, outcome }, seconds),
    pool: ({ idleCount, totalCount, waitingCount }) => {
      connections.set({ database, state: "idle" }, idleCount);
      connections.set({ database, state: "used" }, totalCount - idleCount);
      waiting.set({ database }, waitingCount);
    },
  };
}

interface Families {
  readonly duration: Histogram<"database" | "operation" | "outcome">;
  readonly connections: Gauge<"database" | "state">;
  readonly connectionsMax: Gauge<"database">;
  readonly waiting: Gauge<"database">;
}

const families = new WeakMap<Registry<never>, Families>();

function familiesOf(registry: Meters["registry"]): Families {
  const key = registry as unknown as Registry<never>;
  const known = families.get(key);
  if (known) return known;
  const registers = [registry];
  const fresh: Families = {
    duration: new Histogram({
      name: "db_client_operation_duration_seconds",
      help: "How long a statement took, as its caller saw it",
      labelNames: ["database", "operation", "outcome"],
      buckets: SECONDS,
      registers,
    }),
    connections: new Gauge({
      name: "db_client_connection_count",
      help: "Connections of the pool",
      labelNames: ["database", "state"],
      registers,
    }),
    connectionsMax: new Gauge({
      name: "db_client_connection_max",
      help: "Connections that the pool opens at most",
      labelNames: ["database"],
      registers,
    }),
    waiting: new Gauge({
      name: "db_client_connection_pending_requests",
      help: "Callers that wait for a connection",
      labelNames: ["database"],
      registers,
    }),
  };
  families.set(key, fresh);
  return fresh;
}
