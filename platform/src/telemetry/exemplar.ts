import { trace, TraceFlags, type Context } from "@opentelemetry/api";

/** The labels of an exemplar: the trace that somebody can look at; empty when there is none. */
export function exemplarLabels(context: Context | undefined): { trace_id?: string } {
  const span = context && trace.getSpanContext(context);
  return span && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? { trace_id: span.traceId } : {};
}
