import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { runInContext } from "@animal-delivery/platform/request-context";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { spanTelemetry } from "@animal-delivery/platform/testing/spans";
import { countCrates, cratesDatabase, insertCrate, running, withSignal } from "./crates-database.ts";

const SMALL = { poolSize: 1, statementTimeoutMs: 1_000, lockTimeoutMs: 500 };

let db: TestDatabase;

beforeAll(async () => {
  db = await cratesDatabase();
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from crates");
});

describe("an abort", () => {
  it("cancels the running statement in Postgres and leaves the connection usable", async () => {
    const caller = new AbortController();
    const sleep = withSignal(caller.signal, () => db.query("sleep", "select pg_sleep(60) as abort_me"));
    await expect.poll(() => running(db, "abort_me")).toBe(1);

    caller.abort();

    await expect(sleep).rejects.toMatchObject({ kind: "deadlineExceeded", reason: "DEADLINE_EXCEEDED" });
    await expect.poll(() => running(db, "abort_me")).toBe(0);
    expect(await countCrates(db)).toBe(0);
  });

  it("rolls the transaction back whose statement runs", async () => {
    const caller = new AbortController();
    const work = withSignal(caller.signal, () =>
      db.transaction(async (tx) => {
        await insertCrate(tx, "a", 1);
        await tx.query("sleep", "select pg_sleep(60) as abort_transaction");
      }),
    );
    await expect.poll(() => running(db, "abort_transaction")).toBe(1);

    caller.abort();

    await expect(work).rejects.toMatchObject({ kind: "deadlineExceeded" });
    expect(await countCrates(db)).toBe(0);
  });

  it("between two statements ends the transaction before its commit", async () => {
    const caller = new AbortController();

    const work = withSignal(caller.signal, () =>
      db.transaction(async (tx) => {
        await insertCrate(tx, "a", 1);
        caller.abort();
      }),
    );

    await expect(work).rejects.toMatchObject({ kind: "deadlineExceeded" });
    expect(await countCrates(db)).toBe(0);
  });

  it("never hits a statement of whoever gets the connection next", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const caller = new AbortController();
        const aborted = withSignal(caller.signal, () => db.query("nap", "select pg_sleep(0.002)"));
        setTimeout(() => caller.abort(), index % 7);
        await aborted.catch(() => undefined);
        return db.query("innocent", "select pg_sleep(0.002)").then(() => "well");
      }),
    );

    expect(new Set(outcomes)).toEqual(new Set(["well"]));
  });
});

describe("a statement", () => {
  it("ends at the statement timeout, as deadlineExceeded", async () => {
    const startedMs = performance.now();

    await expect(db.query("sleep", "select pg_sleep(60)")).rejects.toMatchObject({ kind: "deadlineExceeded" });

    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("may share its name with another text", async () => {
    const ones = await db.transaction(async (tx) => [
      await tx.query("same_name", "select 1 as one"),
      await tx.query("same_name", "select 2 as two"),
    ]);

    expect(ones.map(({ rows }) => rows[0])).toEqual([{ one: 1 }, { two: 2 }]);
  });

  it("is measured by its name, and its pool by size and use", async () => {
    const telemetry = spanTelemetry();
    await using own = openDatabase({ ...SMALL, url: db.url }, telemetry);

    await own.query("count_doves", "select 1");

    const metrics = await telemetry.meters.registry.metrics();
    expect(metrics).toMatch(/db_client_operation_duration_seconds_count\{.*operation="count_doves".*\} 1/);
    expect(metrics).toMatch(/^db_client_connection_max\{.*\} 1$/m);
    expect(metrics).toMatch(/^db_client_connection_count\{.*state="idle".*\} 1$/m);
  });

  it("is a span of the work at hand, by its name and without its text and values", async () => {
    const telemetry = spanTelemetry();
    await using own = openDatabase({ ...SMALL, url: db.url }, telemetry);
    const span = telemetry.tracer.startSpan("request");
    const context = { requestId: "", correlationId: "", trace: trace.setSpan(ROOT_CONTEXT, span), signal: undefined };

    await own.query("poll_doves", "select 1");
    await runInContext(context, () => own.query("count_doves", "select $1::text", ["Ada"]));
    await runInContext(context, () => own.query("divide_doves", "select 1/0")).catch(() => undefined);

    const database = new URL(db.url).pathname.slice(1);
    const attributes = { "db.system.name": "postgresql", "db.namespace": database };
    const { spanId: parentSpanId } = span.spanContext();
    expect(telemetry.spans()).toMatchObject([
      { name: "count_doves", kind: SpanKind.CLIENT, parentSpanId, attributes, failed: false },
      { name: "divide_doves", parentSpanId, attributes: { ...attributes, "error.type": "22012" }, failed: true },
    ]);
    expect(JSON.stringify(telemetry.spans())).not.toMatch(/Ada|select/);
  });
});
