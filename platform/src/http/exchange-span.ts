import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { quietSpan } from "../telemetry/quiet-span.ts";
import type { Exchange } from "./exchange.ts";
import { knownMethod } from "./http-method.ts";
import { QUIET_PATHS } from "./quiet-paths.ts";

/** The span of one request, by OpenTelemetry's conventions for HTTP; a quiet one for what nobody wants to read about. */
export function startExchangeSpan(tracer: Tracer, request: Request, parent: Context, isWarmUp: boolean): Span {
  const { pathname, protocol } = new URL(request.url);
  if (isWarmUp || QUIET_PATHS.has(pathname)) return quietSpan(parent);
  const method = knownMethod(request.method, "_OTHER");
  // No path, no query, no address, no agent: they hold whatever a caller puts there. The route says where it went.
  const attributes = { "http.request.method": method, "url.scheme": protocol.slice(0, -1) };
  return tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
}

/** Ends it. A request refused as it should be is no error, but its reason is told. */
export function endExchangeSpan({ span, route, reason }: Exchange, request: Request, status: number): void {
  span.updateName(`${knownMethod(request.method, "HTTP")} ${route}`);
  span.setAttributes({ "http.route": route, "http.response.status_code": status });
  if (status >= 500) {
    span.setAttribute("error.type", reason ?? String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  } else if (reason !== undefined) {
    span.setAttribute("animal_delivery.refusal", reason);
  }
  span.end();
}
