import { isSpanContextValid, type Context, type Span, trace, TraceFlags } from "@opentelemetry/api";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace";

const ids = new RandomIdGenerator();

/**
 * A span for work that nobody wants to read about: health checks and polls. It has ids, for the logs, and says to everything
 * below and to other services that nothing of this trace is recorded.
 */
export function quietSpan(parent: Context): Span {
  const given = trace.getSpanContext(parent);
  return trace.wrapSpanContext({
    traceId: given && isSpanContextValid(given) ? given.traceId : ids.generateTraceId(),
    spanId: ids.generateSpanId(),
    traceFlags: TraceFlags.NONE,
  });
}
