import { SpanStatusCode, type Attributes } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { testTelemetry, type TestTelemetry } from "./telemetry.ts";

/** A span that has ended. */
export interface CapturedSpan {
  readonly name: string;
  readonly kind: ReadableSpan["kind"];
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of its trace in this process. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Attributes;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** Telemetry that also keeps its spans. */
export interface SpanTelemetry extends TestTelemetry {
  /** The spans ended up to now, in the order of their ends. */
  spans(): CapturedSpan[];
}

export function spanTelemetry(service = "test"): SpanTelemetry {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return Object.assign(testTelemetry(service), {
    tracer: provider.getTracer(service),
    spans: () => exporter.getFinishedSpans().map(captured),
  });
}

function captured(span: ReadableSpan): CapturedSpan {
  const { name, kind, attributes, status, parentSpanContext } = span;
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanoseconds] = span.duration;
  return {
    name,
    kind,
    traceId,
    spanId,
    parentSpanId: parentSpanContext?.spanId,
    attributes,
    failed: status.code === SpanStatusCode.ERROR,
    durationMs: seconds * 1_000 + nanoseconds / 1e6,
  };
}
