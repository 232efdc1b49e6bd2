import { type ClickHouseClient, createClient } from "@clickhouse/client";
import type { BusOptions } from "@animal-delivery/platform/bus/bus-options";
import { Pool } from "pg";
import { readEngines } from "../../src/env/engines.ts";

/** The stores behind the services, as an auditor reads them. */
export interface Stores extends AsyncDisposable {
  /** A pool on a service's database; connections that die with the server are made anew. */
  database(name: string): Pool;
  readonly clickhouse: ClickHouseClient;
  /** The event bus, by the library that the services use. */
  readonly bus: BusOptions;
  /** None on the log in Postgres. */
  readonly brokers: readonly string[];
}

const POOL_MAX = 4;

/** Opens what the environment names, with the names that services use there. */
export function openStores(env: NodeJS.ProcessEnv): Stores {
  const engines = readEngines(env);
  const pools = new Map<string, Pool>();
  const clickhouse = createClient({
    url: required(env, "CLICKHOUSE_URL"),
    database: env.CLICKHOUSE_DATABASE ?? "logging",
    ...(env.CLICKHOUSE_USER ? { username: env.CLICKHOUSE_USER } : {}),
    ...(env.CLICKHOUSE_PASSWORD ? { password: env.CLICKHOUSE_PASSWORD } : {}),
  });
  const brokers = (env.KAFKA_BROKERS ?? "").split(",").filter(Boolean);
  return {
    clickhouse,
    brokers,
    bus: busOf(env, brokers),
    database(name) {
      const known = pools.get(name);
      if (known) return known;
      const pool = new Pool({ connectionString: engines.databaseUrl(name), max: POOL_MAX });
      pool.on("error", () => undefined);
      pools.set(name, pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([clickhouse.close(), ...[...pools.values()].map((pool) => pool.end())]);
    },
  };
}

function busOf({ BUS_DATABASE_URL: url, KAFKA_CLIENT }: NodeJS.ProcessEnv, brokers: readonly string[]): BusOptions {
  if (url) return { kind: "postgres", url };
  const client = KAFKA_CLIENT === "platformatic" ? KAFKA_CLIENT : "kafkajs";
  return { kind: "kafka", client, brokers, clientId: "faults", replication: 1 };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
