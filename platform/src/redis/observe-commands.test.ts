import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { runInContext } from "../request-context.ts";
import { spanTelemetry } from "../testing/spans.ts";
import { observeCommands, PATIENCE } from "./observe-commands.ts";

describe("a command", () => {
  it("is a span of the work at hand by its operation, and none outside of it", async () => {
    const telemetry = spanTelemetry();
    const run = observeCommands(telemetry, PATIENCE);
    const span = telemetry.tracer.startSpan("request");
    const context = { requestId: "", correlationId: "", trace: trace.setSpan(ROOT_CONTEXT, span), signal: undefined };
    const away = async () => Promise.reject(new Error("connection refused by 10.0.0.1"));

    await run("changes_of", async () => "polled");
    await runInContext(context, () => run("increment", async () => 1));
    await runInContext(context, () => run("get", away)).catch(() => undefined);

    const { spanId: parentSpanId } = span.spanContext();
    expect(telemetry.spans()).toMatchObject([
      {
        name: "redis increment",
        kind: SpanKind.CLIENT,
        parentSpanId,
        failed: false,
        attributes: { "db.system.name": "redis" },
      },
      { name: "redis get", parentSpanId, failed: true, attributes: { "error.type": "Error" } },
    ]);
  });
});
