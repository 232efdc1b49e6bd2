import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { contextFrom, traceHeaders } from "./propagation.ts";
import { createTracing } from "./tracing.ts";

describe("createTracing", () => {
  it("gives spans real ids without a collector", async () => {
    const tracing = createTracing({ service: "orders" });

    const { traceId, spanId } = tracing.tracer.startSpan("work").spanContext();

    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    await tracing.shutdown();
  });

  it("goes on with the trace of a parent, as it came, without a collector", () => {
    const { tracer } = createTracing({ service: "orders" });
    const parent = contextFrom({
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
      tracestate: "vendor=1",
    });

    const child = tracer.startActiveSpan("work", {}, parent, (span) => trace.setSpan(ROOT_CONTEXT, span));

    expect(traceHeaders(child)).toEqual({
      traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$/),
      tracestate: "vendor=1",
    });
  });

  it("sends spans to the collector's traces endpoint before it ends", async () => {
    const bodies: { url: string | undefined; text: string }[] = [];
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        bodies.push({ url: request.url, text: Buffer.concat(chunks).toString("latin1") });
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const { port } = collector.address() as AddressInfo;
    const tracing = createTracing({ service: "orders", otlpEndpoint: `http://127.0.0.1:${port}/` });

    tracing.tracer.startSpan("place order").end();
    await tracing.shutdown();
    collector.close();

    expect(bodies).toEqual([{ url: "/v1/traces", text: expect.stringContaining("place order") }]);
    expect(bodies[0]?.text).toContain("orders");
  });
});

describe("traceHeaders and contextFrom", () => {
  it("carry a span over to another process", () => {
    const { tracer } = createTracing({ service: "orders" });
    const span = tracer.startSpan("publish");

    const headers = traceHeaders(trace.setSpan(ROOT_CONTEXT, span));
    const child = createTracing({ service: "delivery" }).tracer.startSpan("consume", {}, contextFrom(headers));

    expect(headers.traceparent).toContain(span.spanContext().traceId);
    expect(child.spanContext().traceId).toBe(span.spanContext().traceId);
  });

  it.each([{}, { traceparent: "nonsense" }, { traceparent: undefined }])("take %o as no trace", (headers) => {
    expect(contextFrom(headers)).toBe(ROOT_CONTEXT);
  });

  it("write nothing outside a trace", () => {
    expect(traceHeaders(ROOT_CONTEXT)).toEqual({});
  });
});
