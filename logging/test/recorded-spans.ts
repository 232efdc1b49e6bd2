import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";

/** Telemetry that keeps its spans. */
export interface RecordingTelemetry extends TestTelemetry {
  /** The spans that ended up to now. */
  spans(): readonly ReadableSpan[];
}

export function recordingTelemetry(): RecordingTelemetry {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { ...testTelemetry("logging"), tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}
