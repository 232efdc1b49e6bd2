import { randomUUID } from "node:crypto";
import { MIGRATIONS } from "@animal-delivery/messenger/migrations";
import { createPostgresChatStore } from "@animal-delivery/messenger/store/postgres/postgres-store";
import { POSTGRES_SETTINGS } from "@animal-delivery/messenger/store/postgres/settings";
import { openRedisChatStore } from "@animal-delivery/messenger/store/redis/redis-store";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { Redis } from "ioredis";
import { Client, Pool } from "pg";
import { measureStore, type StoreRates } from "./store-rate.ts";

const LIMITS = { sessionsMax: 1_000, chatsMax: 1_000 };
const POOL_SIZE = 10;

/** Messages a second to the store in Redis, against INCR through the same client library. */
export async function measureRedis(url: string, rounds: number, seconds: number): Promise<StoreRates> {
  const keyPrefix = `bench:${randomUUID()}:`;
  const options = { urls: [url], cluster: false, keyPrefix, ...LIMITS };
  await using store = await openRedisChatStore(options, testTelemetry("bench"));
  const client = new Redis(url);
  try {
    return await measureStore(store, (lane) => client.incr(`${keyPrefix}${lane}`), rounds, seconds);
  } finally {
    const keys = await client.keys(`${keyPrefix}*`);
    if (keys.length > 0) await client.del(keys);
    client.disconnect();
  }
}

/** Messages a second to the store in PostgreSQL, against one INSERT of the same text, each committed by itself. */
export async function measurePostgres(serverUrl: string, rounds: number, seconds: number): Promise<StoreRates> {
  const name = `bench_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await ensureDatabase(url.href);
  await migrate(url.href, [MIGRATIONS]);
  const telemetry = testTelemetry("bench");
  try {
    const limits = {
      poolSize: POOL_SIZE,
      statementTimeoutMs: 30_000,
      lockTimeoutMs: 30_000,
      settings: POSTGRES_SETTINGS,
    };
    await using db = openDatabase({ url: url.href, ...limits }, telemetry);
    await using store = createPostgresChatStore({ db, telemetry, ...LIMITS });
    const pool = new Pool({ connectionString: url.href, max: POOL_SIZE });
    await pool.query("create table said (said_no bigint generated always as identity primary key, text text)");
    const insert = { name: "insert", text: "insert into said (text) values ($1)", values: ["x".repeat(100)] };
    const rates = await measureStore(store, () => pool.query(insert), rounds, seconds);
    await pool.end();
    return rates;
  } finally {
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(`drop database ${name} with (force)`);
    await client.end();
  }
}
