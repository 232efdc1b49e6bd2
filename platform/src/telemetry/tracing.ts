import { randomUUID } from "node:crypto";
import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from "@opentelemetry/sdk-trace";
import { VERSION } from "../version.ts";
import { createIdTracer } from "./id-tracer.ts";
import type { Meters } from "./metrics.ts";
import { queueSpans } from "./span-queue.ts";

/** Where spans go and which. */
export interface TraceOptions {
  /** The collector's base URL, `OTEL_EXPORTER_OTLP_ENDPOINT`; spans go to `<it>/v1/traces`. Undefined: spans have ids alone. */
  readonly endpoint?: string | undefined;
  /**
   * The share, 0 to 1, of traces recorded of those that begin here; all unless given. A trace that began elsewhere is
   * recorded when its caller said so. The collector chooses better: it sees which traces failed or were slow.
   */
  readonly sampleRatio?: number | undefined;
  /** `deployment.environment.name` of every span. */
  readonly environment?: string | undefined;
}

export interface TracingOptions extends TraceOptions {
  /** `service.name` of every span. */
  readonly service: string;
  /** Where sent and lost spans are counted. */
  readonly meters: Meters;
}

/** A service's tracer and the pipeline behind it. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, waiting 10 s at the most, and ends. Never rejects. */
  readonly shutdown: () => Promise<void>;
}

/** How long one request to the collector may take, its own tries included. */
const EXPORT_TIMEOUT_MS = 5_000;

/** Tracing for one service, registered nowhere globally, so that services in one process keep their own names. */
export function createTracing(options: TracingOptions): Tracing {
  const { endpoint, sampleRatio = 1, meters } = options;
  if (endpoint === undefined) return { tracer: createIdTracer(), shutdown: async () => undefined };
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new TracerProvider({
    resource: resourceOf(options),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [queueSpans(exporter, meters, { exportTimeoutMs: 2 * EXPORT_TIMEOUT_MS })],
  });
  return {
    tracer: provider.getTracer("animal-delivery", VERSION),
    // What could not be sent is counted; it is no reason for the process to end badly.
    shutdown: () => provider.shutdown().catch(() => undefined),
  };
}

function resourceOf({ service, environment }: TracingOptions): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      "service.name": service,
      "service.version": VERSION,
      "service.instance.id": randomUUID(),
      ...(environment !== undefined && { "deployment.environment.name": environment }),
    }),
  );
}
