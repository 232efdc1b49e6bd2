import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { createIdTracer } from "./id-tracer.ts";

export interface TracingOptions {
  /** `service.name` of every span. */
  readonly service: string;
  /** The collector's base URL, `OTEL_EXPORTER_OTLP_ENDPOINT`; spans go to `<it>/v1/traces`. Undefined: spans have ids alone. */
  readonly otlpEndpoint?: string | undefined;
}

/** A service's tracer and the pipeline behind it. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, waiting 30 s at the most, and ends. */
  shutdown(): Promise<void>;
}

/** Tracing for one service, registered nowhere globally, so that services in one process keep their own names. */
export function createTracing({ service, otlpEndpoint }: TracingOptions): Tracing {
  if (otlpEndpoint === undefined) return { tracer: createIdTracer(), shutdown: async () => undefined };
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [exportTo(otlpEndpoint)],
  });
  return {
    tracer: provider.getTracer("animal-delivery"),
    shutdown: () => provider.shutdown(),
  };
}

function exportTo(endpoint: string): SpanProcessor {
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  // Sdk 3 takes an options object; the positional form of older versions loses every span without an error.
  return new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) });
}
