import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClickHouseClient } from "@clickhouse/client";
import { type ClickHouseOptions, openClickHouse } from "../../src/store/clickhouse.ts";
import { toDateTime } from "../../src/store/date-time.ts";
import { migrate, migrationStatements } from "../../src/store/migrate.ts";
import { withMigrationLock } from "../../src/store/migration-lock.ts";
import { alterationsOf, SCHEMA_DEFAULTS } from "../../src/store/schema-settings.ts";
import type { TestEngines } from "../test-engines.ts";

let options: ClickHouseOptions;
let clickhouse: ClickHouseClient;

export function migrateSuite(engines: TestEngines): void {
  beforeEach(() => {
    options = {
      url: engines.clickhouseUrl(),
      database: `test_${randomUUID().replaceAll("-", "")}`,
      requestTimeoutMs: 10_000,
    };
    clickhouse = openClickHouse(options);
  });

  afterEach(async () => {
    await clickhouse.command({ query: `drop database if exists ${options.database} sync` });
    await clickhouse.close();
  });

  describe("migrate", () => {
    it("makes the database and all tables, however many start at once", async () => {
      await Promise.all([migrate(options), migrate(options), migrate(options)]);

      expect(await tableNames()).toEqual([
        "delivery_durations",
        "error_rates",
        "event_counts",
        "events",
        "failures_by_minute",
        "log_counts",
        "logs",
        "migrations",
        "open_deliveries",
        "order_facts",
        "orders_by_minute",
        "revenue_by_minute",
        "stored_events",
        "stored_logs",
        "unreadable_records",
        "view_freshness",
      ]);
      expect(new Set(await appliedCounts())).toEqual(new Set([1]));
    });

    it("runs a migration again that was cut short", async () => {
      await migrate(options);
      await clickhouse.command({ query: "drop table stored_logs sync" });
      await clickhouse.command({
        query: "alter table migrations delete where name = '0002_logs.sql' settings mutations_sync = 1",
      });

      await migrate(options);

      expect(await tableNames()).toContain("stored_logs");
    });

    it("keeps what was stored", async () => {
      await migrate(options);
      await clickhouse.insert({
        table: "events",
        values: [{ event_id: randomUUID(), occurred_at: toDateTime(new Date()) }],
        format: "JSONEachRow",
      });

      await migrate(options);

      expect(await rows("select count() as n from stored_events")).toEqual([{ n: 1 }]);
    });
  });

  describe("the figures of the tables", () => {
    it("are brought up to date, and what is too old then goes", async () => {
      await migrate(options);
      const daysAgo = (days: number) => toDateTime(new Date(Date.now() - days * 86_400_000));
      const values = [400, 300].map((days) => ({ event_id: randomUUID(), occurred_at: daysAgo(days) }));
      await clickhouse.insert({ table: "events", values, format: "JSONEachRow" });

      await migrate(options, { ...SCHEMA_DEFAULTS, eventsDays: 365, refreshS: 7 });
      await clickhouse.command({ query: "optimize table events final" });

      expect(await rows("select dateDiff('day', occurred_at, now()) as days from events")).toEqual([{ days: 300 }]);
      expect(await definitionOf("order_facts")).toContain("REFRESH AFTER 7 SECOND");
    });

    it("are left alone when they are right", async () => {
      await migrate(options);

      expect(await alterationsOf(clickhouse, SCHEMA_DEFAULTS)).toEqual([]);
      expect(await alterationsOf(clickhouse, { ...SCHEMA_DEFAULTS, logsDays: 7 })).toEqual([
        "alter table logs modify TTL toDateTime(logged_at) + toIntervalDay(7)",
      ]);
    });
  });

  describe("the migrations for a cluster", () => {
    it("are statements that this engine understands", async () => {
      await migrate(options);
      for (const statement of await migrationStatements({ cluster: "all" })) {
        const query = "select formatQuery({statement:String}) as text";
        const result = await clickhouse.query({ query, query_params: { statement }, format: "JSONEachRow" });
        expect(JSON.stringify(await result.json())).toMatch(/ON CLUSTER `?all/);
      }
    });
  });

  describe("withMigrationLock", () => {
    beforeEach(() => migrate(options));

    it("lets one in at a time", async () => {
      const inside = { now: 0, most: 0, ever: 0 };
      const work = async (): Promise<void> => {
        inside.now += 1;
        inside.ever += 1;
        inside.most = Math.max(inside.most, inside.now);
        await rows("select sleep(0.1)");
        inside.now -= 1;
      };

      await Promise.all([1, 2, 3].map(() => withMigrationLock(clickhouse, { ageMaxS: 60 }, work)));

      expect(inside).toEqual({ now: 0, most: 1, ever: 3 });
    });

    it("gives the lock back when the work fails", async () => {
      const failing = withMigrationLock(clickhouse, { ageMaxS: 60 }, () =>
        Promise.reject(new Error("broken migration")),
      );

      await expect(failing).rejects.toThrow("broken migration");
      expect(await tableNames()).not.toContain("migration_lock");
    });

    it("takes over the lock of a process that died", async () => {
      await clickhouse.command({ query: "create table migration_lock (held UInt8) engine = Memory" });
      const done: string[] = [];

      await withMigrationLock(clickhouse, { ageMaxS: 0 }, async () => void done.push("work"));

      expect(done).toEqual(["work"]);
    });
  });
}

async function rows(query: string): Promise<unknown[]> {
  const result = await clickhouse.query({
    query,
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json();
}

async function tableNames(): Promise<string[]> {
  // A refreshable view keeps its rows in a table whose name begins with a dot.
  const query = `select name from system.tables
                  where database = currentDatabase() and name not like '.%'
                  order by name`;
  const tables = await rows(query);
  return tables.map((table) => (table as { name: string }).name);
}

async function definitionOf(table: string): Promise<string> {
  const result = await clickhouse.query({
    query:
      "select create_table_query as text from system.tables where database = currentDatabase() and name = {table:String}",
    query_params: { table },
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ text: string }>();
  return row?.text ?? "";
}

async function appliedCounts(): Promise<number[]> {
  const counts = await rows("select count() as n from migrations group by name");
  return counts.map((count) => (count as { n: number }).n);
}
