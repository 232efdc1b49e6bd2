import { randomUUID } from "node:crypto";
import type { ClickHouseClient } from "@clickhouse/client";
import { type ClickHouseOptions, type ClickHouses, openClickHouse } from "../src/store/clickhouse.ts";
import { migrate } from "../src/store/migrate.ts";
import type { TestEngines } from "./test-engines.ts";

/** A migrated ClickHouse database that one test file has for itself. */
export interface TestStore extends AsyncDisposable {
  readonly clickhouse: ClickHouseClient;
  /** The same, as the service takes it. */
  readonly clickhouses: ClickHouses;
  readonly options: ClickHouseOptions;
}

export async function testStore(engines: TestEngines): Promise<TestStore> {
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  const options = { url: engines.clickhouseUrl(), database, requestTimeoutMs: 10_000 };
  await migrate(options);
  const clickhouse = openClickHouse(options);
  return {
    clickhouse,
    clickhouses: { writer: clickhouse, reader: clickhouse },
    options,
    async [Symbol.asyncDispose]() {
      await clickhouse.command({ query: `drop database ${database} sync` });
      await clickhouse.close();
    },
  };
}
