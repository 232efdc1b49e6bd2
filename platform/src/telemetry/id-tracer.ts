import { isSpanContextValid, ROOT_CONTEXT, type Span, trace, TraceFlags, type Tracer } from "@opentelemetry/api";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace";

type StartSpan = Tracer["startSpan"];

/**
 * A tracer whose spans have ids and nothing else, for a process whose spans nobody collects: log lines, exemplars, events and
 * other services still name the trace, with its flags and its state, and no attribute is kept that nobody will read.
 */
export function createIdTracer(): Tracer {
  const ids = new RandomIdGenerator();
  const startSpan: StartSpan = (_, { root = false } = {}, context = ROOT_CONTEXT) => {
    const given = root ? undefined : trace.getSpanContext(context);
    const parent = given && isSpanContextValid(given) ? given : undefined;
    return trace.wrapSpanContext({
      traceId: parent?.traceId ?? ids.generateTraceId(),
      spanId: ids.generateSpanId(),
      traceFlags: parent?.traceFlags ?? TraceFlags.SAMPLED,
      ...(parent?.traceState && { traceState: parent.traceState }),
    });
  };
  return {
    startSpan,
    startActiveSpan: (name: string, ...rest: readonly unknown[]) => {
      const [options, context] = rest.slice(0, -1) as [Parameters<StartSpan>[1], Parameters<StartSpan>[2]];
      return (rest.at(-1) as (span: Span) => never)(startSpan(name, options, context));
    },
  };
}
