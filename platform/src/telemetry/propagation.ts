import { ROOT_CONTEXT, type Context, type TextMapGetter } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

type Headers = Readonly<Record<string, string | undefined>>;

const propagator = new W3CTraceContextPropagator();

const fromRecord: TextMapGetter<Headers> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
};

/** The headers that carry a trace on: `traceparent`, and `tracestate` when there is one. Empty outside a trace. */
export function traceHeaders(context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, {
    set: (carrier: Record<string, string>, name, value) => (carrier[name] = value),
  });
  return headers;
}

/** The context that headers (names in lower case) carry; the root context when they carry none that is well formed. */
export function contextFrom(headers: Headers): Context {
  return propagator.extract(ROOT_CONTEXT, headers, fromRecord);
}
