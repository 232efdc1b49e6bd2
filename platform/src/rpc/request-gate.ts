import { SpanKind, trace } from "@opentelemetry/api";
import type { HandlerContext } from "@connectrpc/connect";
import { runInContext } from "../request-context.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { Authenticator } from "./authenticate.ts";
import { outwardError } from "./error.ts";
import { logServedCall } from "./log.ts";
import { rpcMetrics } from "./metrics.ts";
import { endSpan, startSpan } from "./rpc-span.ts";
import { incomingContext } from "./trace-server.ts";

/**
 * Authentication as connect's request gate, which runs before a byte of the body is read. A call refused here never comes
 * to the interceptors, so it is logged, counted, traced and translated in this place.
 */
export function authenticationGate(
  { authenticate }: Pick<Authenticator, "authenticate">,
  domain: string,
  { log, meters, tracer }: Telemetry,
): (context: HandlerContext) => Promise<void> {
  const metrics = rpcMetrics(meters, "server");
  return async (context) => {
    const startedAt = performance.now();
    try {
      await authenticate(context);
    } catch (cause) {
      const { method, requestHeader, signal } = context;
      const incoming = incomingContext(requestHeader, signal);
      const durationMs = performance.now() - startedAt;
      const startTime = Date.now() - durationMs;
      const span = startSpan(tracer, method, { kind: SpanKind.SERVER, parent: incoming.trace, startTime });
      const callContext = { ...incoming, trace: trace.setSpan(incoming.trace, span) };
      runInContext(callContext, () => {
        const error = outwardError(cause, method, { domain, log });
        metrics.started(method);
        metrics.ended(method, { error, durationMs }, callContext.trace);
        endSpan(span, "server", error);
        logServedCall(log, { method, caller: undefined, error, durationMs });
        throw error;
      });
    }
  };
}
