import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { createMeters } from "./metrics.ts";
import { contextFrom, traceHeaders } from "./propagation.ts";
import { quietSpan } from "./quiet-span.ts";
import { createTracing, type TraceOptions } from "./tracing.ts";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

describe("createTracing without a collector", () => {
  it("gives spans real ids", async () => {
    const { tracing } = given({});

    const { traceId, spanId } = tracing.tracer.startSpan("work").spanContext();

    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    await tracing.shutdown();
  });

  it("goes on with the trace of a parent, as it came", () => {
    const { tracer } = given({}).tracing;
    const parent = contextFrom({ traceparent: `${PARENT}-00`, tracestate: "vendor=1" });

    const child = tracer.startActiveSpan("work", {}, parent, (span) => trace.setSpan(ROOT_CONTEXT, span));

    expect(traceHeaders(child)).toEqual({
      traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$/),
      tracestate: "vendor=1",
    });
  });
});

describe("createTracing with a collector", () => {
  it("sends spans with what they are of to its traces endpoint before it ends", async () => {
    await using collector = await startCollector();
    const { tracing, metric } = given({ endpoint: `${collector.url}/`, environment: "staging" });

    tracing.tracer.startSpan("place order").end();
    await tracing.shutdown();

    expect(collector.bodies).toEqual([{ url: "/v1/traces", text: expect.stringContaining("place order") }]);
    for (const part of ["service.name", "orders", "service.version", "service.instance.id", "staging"]) {
      expect(collector.bodies[0]?.text).toContain(part);
    }
    expect(await metric("spans_exported_total")).toBe(1);
  });

  it("records what its caller records, and its share of what begins here", async () => {
    await using collector = await startCollector();
    const { tracer, shutdown } = given({ endpoint: collector.url, sampleRatio: 0 }).tracing;

    tracer.startSpan("of a recorded caller", {}, contextFrom({ traceparent: `${PARENT}-01` })).end();
    tracer.startSpan("of an unrecorded caller", {}, contextFrom({ traceparent: `${PARENT}-00` })).end();
    const own = tracer.startSpan("begun here");
    own.end();
    await shutdown();

    expect(collector.bodies).toHaveLength(1);
    expect(collector.bodies[0]?.text).toContain("of a recorded caller");
    expect(collector.bodies[0]?.text).not.toMatch(/unrecorded|begun here/);
    expect(own.spanContext().traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  });

  it("records nothing below a quiet span", async () => {
    await using collector = await startCollector();
    const { tracer, shutdown } = given({ endpoint: collector.url }).tracing;

    const quiet = quietSpan(ROOT_CONTEXT);
    tracer.startSpan("below", {}, trace.setSpan(ROOT_CONTEXT, quiet)).end();
    await shutdown();

    expect(collector.bodies).toEqual([]);
  });

  it("counts the spans that a collector refused or that was not there, and ends well", async () => {
    await using refusing = await startCollector((_, response) => response.writeHead(400).end());
    const refused = given({ endpoint: refusing.url });
    const away = given({ endpoint: "http://127.0.0.1:9" });

    for (const { tracing } of [refused, away]) tracing.tracer.startSpan("lost").end();
    await Promise.all([refused.tracing.shutdown(), away.tracing.shutdown()]);

    for (const { metric } of [refused, away]) {
      expect(await metric("spans_dropped_total", { reason: "export_failed" })).toBe(1);
      expect(await metric("spans_exported_total")).toBe(0);
    }
  });

  it("drops and counts what it cannot hold while the collector hangs", async () => {
    await using hanging = await startCollector(() => undefined);
    const { tracing, metric } = given({ endpoint: hanging.url });

    for (let span = 0; span < 8_300; span += 1) tracing.tracer.startSpan("much").end();

    expect(await metric("spans_dropped_total", { reason: "queue_full" })).toBe(8_300 - 8_192);
  });
});

describe("traceHeaders and contextFrom", () => {
  it("carry a span over to another process", () => {
    const { tracer } = given({}).tracing;
    const span = tracer.startSpan("publish");

    const headers = traceHeaders(trace.setSpan(ROOT_CONTEXT, span));
    const child = given({}).tracing.tracer.startSpan("consume", {}, contextFrom(headers));

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

function given(options: TraceOptions) {
  const meters = createMeters("orders");
  const metric = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> => {
    const { values } = await meters.registry.getSingleMetric(name)!.get();
    return values.find((value) => Object.entries(labels).every(([label, text]) => value.labels[label] === text))?.value;
  };
  return { tracing: createTracing({ ...options, service: "orders", meters }), metric };
}

/** A collector that keeps what it was sent, or does what `answer` says. */
async function startCollector(answer?: RequestListener) {
  const bodies: { url: string | undefined; text: string }[] = [];
  const keep: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push({ url: request.url, text: Buffer.concat(chunks).toString("latin1") });
      response.end();
    });
  };
  const server = createServer(answer ?? keep).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
