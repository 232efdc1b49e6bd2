import { ROOT_CONTEXT } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { runInContext } from "@animal-delivery/platform/request-context";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { logService } from "../../src/rpc/log-service.ts";
import { openClickHouse } from "../../src/store/clickhouse.ts";
import { createReader, type Reader } from "../../src/store/reader.ts";
import { DISPATCHER } from "../test-logging.ts";
import { type TestStore, testStore } from "../test-store.ts";
import type { TestEngines } from "../test-engines.ts";

/** Minutes of work for the engine. */
const ENDLESS = "select sum(cityHash64(number, toString(number))) from numbers(100000000000)";

let store: TestStore;
let reader: Reader;

export function readerSuite(engines: TestEngines): void {
  beforeAll(async () => {
    store = await testStore(engines);
    reader = createReader(store.clickhouse, 1_000, testTelemetry());
  });

  afterAll(() => store[Symbol.asyncDispose]());

  describe("Reader", () => {
    it("gives a query up that takes longer than its time", async () => {
      const startedMs = performance.now();

      await expect(reader.rows("endless", ENDLESS, {})).rejects.toMatchObject({
        kind: "deadlineExceeded",
        reason: "DEADLINE_EXCEEDED",
      });
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    });

    it("answers at once when the caller gives up", async () => {
      const caller = new AbortController();
      const context = { requestId: "", correlationId: "", trace: ROOT_CONTEXT, signal: caller.signal };
      const asked = runInContext(context, () => reader.rows("endless", ENDLESS, {}));
      asked.catch(() => undefined);
      const running = "select 1 from system.processes where query like 'select sum(cityHash64%'";
      await expect.poll(() => reader.rows("processes", running, {})).not.toEqual([]);
      const startedMs = performance.now();
      caller.abort();

      await expect(asked).rejects.toMatchObject({ kind: "deadlineExceeded" });
      expect(performance.now() - startedMs).toBeLessThan(500);
    });

    it("leaves a wrong query the bug that it is", async () => {
      await expect(reader.rows("wrong", "select nothing from nowhere", {})).rejects.toMatchObject({ code: "60" });
    });
  });

  describe("LogService without ClickHouse", () => {
    it("refuses as unavailable", async () => {
      const clickhouse = openClickHouse({ url: "http://127.0.0.1:1", database: "logging", requestTimeoutMs: 1_000 });
      const routes = logService(createReader(clickhouse, 1_000, testTelemetry()));
      const client = inMemoryClient(LogService, (router) => router.service(LogService, routes), { grant: DISPATCHER });

      expect(await refusalOf(client.listEvents({}))).toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
      expect(await refusalOf(client.getStatistics({}))).toMatchObject({ kind: "unavailable" });
      await clickhouse.close();
    });
  });
}
