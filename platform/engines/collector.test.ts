// What the collector keeps, masks and counts, as Jaeger and Prometheus see it. Its configuration is deploy/otel/collector.yaml.
import { randomUUID } from "node:crypto";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { engine } from "@animal-delivery/platform/testing/engines";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { createTracing, type Tracing } from "@animal-delivery/platform/telemetry/tracing";

/** The collector decides on a trace 5 s after its first span. */
const WAIT = { timeout: 60_000, interval: 500 };
const NORMAL_TRACES = 300;

describe("the collector", () => {
  it("deletes attributes that nobody allowed, and masks what looks like a person in the others", async () => {
    const service = await sent("development", ({ tracer }) => {
      const attributes = {
        "customer.email": "ada@example.org",
        "http.request.header.authorization": "Bearer abc.def",
        "http.route": "/v1/users/ada@example.org",
        "error.type": "no phone +49 151 1234567",
        "db.query.summary": "find_order eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln",
        "messaging.message.id": "01a1fc74-c437-7ce6-8c9e-a79c2a7ae3e0",
      };
      const span = tracer.startSpan("GET ada@example.org", { attributes });
      span.addEvent("exception", { "exception.message": "Ada Lovelace was not found" });
      span.setStatus({ code: SpanStatusCode.ERROR, message: "Ada Lovelace was not found" });
      span.end();
    });

    await expect.poll(async () => (await tracesOf(service)).length, WAIT).toBe(1);
    const [trace] = await tracesOf(service);
    const text = JSON.stringify(trace);
    expect(text).not.toMatch(/ada@example|Lovelace|1234567|eyJ|Bearer|customer\.email|authorization/);
    expect(text).toContain("01a1fc74-c437-7ce6-8c9e-a79c2a7ae3e0");
    expect(text).toContain("redaction.masked.count");
  });

  it("keeps in production every failed and every slow trace, and a share of the others", async () => {
    const service = await sent("production", ({ tracer }) => {
      const made = (name: string) => tracer.startSpan(name, { kind: SpanKind.SERVER });
      for (let trace = 0; trace < NORMAL_TRACES; trace += 1) made("normal").end();
      const failed = made("failed");
      failed.setStatus({ code: SpanStatusCode.ERROR });
      failed.end();
      const begun = Date.now();
      tracer.startSpan("slow", { kind: SpanKind.SERVER, startTime: begun - 1_500 }).end(begun);
      tracer
        .startSpan("GET /v1/deliveries/{delivery_id}:track", { kind: SpanKind.SERVER, startTime: begun - 1_500 })
        .end(begun);
    });

    const names = async () => (await tracesOf(service)).map(({ spans }) => spans[0]?.operationName);
    await expect.poll(names, WAIT).toEqual(expect.arrayContaining(["failed", "slow"]));
    const normal = (await names()).filter((name) => name === "normal").length;
    // One in ten: by chance more than four times as many, or none, happen once in 10^12 runs.
    expect(normal).toBeGreaterThan(0);
    expect(normal).toBeLessThan((NORMAL_TRACES * 4) / 10);
  });

  it("keeps every trace elsewhere, and counts all spans whether their traces are kept or not", async () => {
    const send = (environment: string) =>
      sent(environment, ({ tracer }) => {
        for (let trace = 0; trace < NORMAL_TRACES; trace += 1) tracer.startSpan("normal").end();
      });
    const [development, production] = await Promise.all([send("development"), send("production")]);

    await expect.poll(async () => (await tracesOf(development)).length, WAIT).toBe(NORMAL_TRACES);
    for (const service of [development, production]) {
      await expect.poll(() => callsOf(service), WAIT).toBe(NORMAL_TRACES);
    }
  });
});

/** Sends spans as a service of its own. @returns its name. */
async function sent(environment: string, work: (tracing: Tracing) => void): Promise<string> {
  const service = `collector-test-${randomUUID()}`;
  const endpoint = engine("OTEL_EXPORTER_OTLP_ENDPOINT");
  const tracing = createTracing({ service, environment, endpoint, meters: createMeters(service) });
  work(tracing);
  await tracing.shutdown();
  return service;
}

async function tracesOf(service: string): Promise<{ spans: { operationName: string }[] }[]> {
  const url = `${engine("JAEGER_URL")}/api/traces?service=${service}&lookback=1h&limit=1000`;
  const { data } = (await (await fetch(url)).json()) as { data: { spans: { operationName: string }[] }[] | null };
  return data ?? [];
}

async function callsOf(service: string): Promise<number> {
  const text = await (await fetch(engine("OTELCOL_METRICS_URL"))).text();
  const line = text.split("\n").find((each) => each.startsWith("traces_span_metrics_calls") && each.includes(service));
  return Number(line?.split(" ").at(-1) ?? 0);
}
