import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { runInContext } from "../request-context.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { LINE_BYTES_MAX } from "./line.ts";
import { errorFacts } from "./error-facts.ts";
import { createLogger } from "./logger.ts";

describe("createLogger", () => {
  it("writes time, level, service, message and fields", () => {
    const { log, lines } = testTelemetry("orders");

    log.info("order placed", { order_id: "o1" });

    expect(lines).toEqual([
      { timestamp: expect.any(String), level: "info", service: "orders", message: "order placed", order_id: "o1" },
    ]);
    expect(new Date(String(lines[0]?.timestamp)).toISOString()).toBe(lines[0]?.timestamp);
  });

  it("adds the ids of the work at hand, and a field may override one", () => {
    const { log, lines, tracer } = testTelemetry();
    const span = tracer.startSpan("work");
    const context = {
      requestId: "r1",
      correlationId: "c1",
      trace: trace.setSpan(ROOT_CONTEXT, span),
      signal: undefined,
    };

    runInContext(context, () => {
      log.info("first");
      log.info("second", { request_id: "r2" });
    });
    log.info("outside");

    const { traceId, spanId } = span.spanContext();
    const ids = { request_id: "r1", correlation_id: "c1", trace_id: traceId, span_id: spanId };
    expect(lines[0]).toMatchObject(ids);
    expect(lines[1]).toMatchObject({ ...ids, request_id: "r2" });
    expect(lines[2]).not.toHaveProperty("trace_id");
  });

  it("gives a child's lines the child's fields, and no others", () => {
    const { log, lines } = testTelemetry();

    log.child({ consumer: "a" }).child({ partition: 1 }).warn("late", { lag: 2 });
    log.warn("late");

    expect(lines[0]).toMatchObject({ consumer: "a", partition: 1, lag: 2 });
    expect(lines[1]).not.toHaveProperty("consumer");
  });

  it("changes its level at run time, for children too", () => {
    const { log, lines } = testTelemetry();
    const child = log.child({});

    log.setLevel("warn");
    child.info("hidden");
    child.error("shown");
    log.setLevel("debug");
    child.debug("shown again");

    expect(lines.map((line) => line.message)).toEqual(["shown", "shown again"]);
    expect(child.level()).toBe("debug");
  });

  it("writes an error with its causes and codes, and no values of a row", () => {
    const { log, lines } = testTelemetry();
    const database = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (email)=(a@b.c) exists" });

    log.error("failed", {
      error: new DomainError("unavailable", "DATABASE_AWAY", "try later", {}, { cause: database }),
    });

    expect(lines[0]?.error).toMatchObject({
      name: "DomainError",
      message: "try later",
      kind: "unavailable",
      reason: "DATABASE_AWAY",
      stack: expect.stringContaining("logger.test.ts"),
      cause: { name: "Error", message: "duplicate key", code: "23505" },
    });
    expect(JSON.stringify(lines)).not.toContain("a@b.c");
  });

  it("hides the value that the database quotes when it does not take it, in the text and in the stack", () => {
    const quoted = Object.assign(new Error('invalid input syntax for type integer: "Anna"'), { code: "22P02" });

    const facts = JSON.stringify(errorFacts(quoted));

    expect(facts).toContain("22P02");
    expect(facts).toContain("logger.test.ts");
    expect(facts).not.toContain("Anna");
  });

  it("keeps its own names when a field has one of them", () => {
    const { log, lines } = testTelemetry("orders");

    log.info("real", { message: "mine", level: "odd", service: "other", timestamp: 1 });

    expect(lines[0]).toMatchObject({ level: "info", service: "orders", message: "real", field_message: "mine" });
  });

  it("never throws, whatever it is given", () => {
    const { log, lines } = testTelemetry();
    const circular: Record<string, unknown> = { name: "loop" };
    circular.self = circular;
    const hostile = {
      circular,
      getter: Object.defineProperty({}, "x", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
      json: {
        toJSON: () => {
          throw new Error("no");
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
      bigint: 1n,
      symbol: Symbol("s"),
      nan: Number.NaN,
      date: new Date("never"),
      nothing: undefined,
      map: new Map([["k", new Set([1])]]),
      bytes: new Uint8Array(3),
      lonely: "\ud800",
    };

    log.info("hostile", hostile);

    expect(lines[0]).toMatchObject({
      circular: { name: "loop", self: "[circular]" },
      getter: { x: "[unreadable]" },
      json: "[unreadable]",
      proxy: "[unreadable]",
      bigint: "1",
      nan: "NaN",
      date: "[invalid date]",
      map: { k: [1] },
      bytes: "[3 bytes]",
    });
  });

  it("survives fields that cannot be read at all", () => {
    const { log, lines } = testTelemetry();

    log.info(
      "hostile",
      Object.defineProperty({}, "x", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    );

    expect(lines[0]).toMatchObject({ message: "hostile", cut: "the fields could not be read" });
  });

  it("names a protobuf message instead of writing what it holds", () => {
    const { log, lines } = testTelemetry();

    log.info("received", { request: { $typeName: "orders.v1.CreateOrderRequest", note: "ring twice" } });

    expect(lines[0]?.request).toBe("[orders.v1.CreateOrderRequest]");
  });

  it.each([
    ["a long string", { text: "x".repeat(1_000_000) }],
    ["many strings", { list: Array.from({ length: 10_000 }, () => "y".repeat(1_000)) }],
    ["many fields", Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field_${n}`, "z".repeat(500)]))],
    ["something wide and deep", { tree: tree(7) }],
    [
      "what JSON escapes",
      { text: "\u0000".repeat(100_000), list: Array.from({ length: 99 }, () => "\u0001".repeat(9e3)) },
    ],
  ])("cuts %s to a short line and says so", (_, fields) => {
    const { log, lines } = testTelemetry();

    log.info("long", fields);

    const line = JSON.stringify(lines[0]);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LINE_BYTES_MAX);
    expect(line).toMatch(/characters\]|more|too deep|too much|too long/);
  });

  it("writes nowhere without transports", () => {
    expect(() => createLogger({ service: "x", level: "info", transports: [] }).info("lost")).not.toThrow();
  });
});

function tree(depth: number): unknown {
  return depth === 0 ? "leaf" : Array.from({ length: 5 }, () => tree(depth - 1));
}
