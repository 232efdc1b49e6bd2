import { randomUUID } from "node:crypto";
import { SpanKind, trace, type Tracer } from "@opentelemetry/api";
import type { Interceptor } from "@connectrpc/connect";
import { isFitId, runInContext, type RequestContext } from "../request-context.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import { endSpan, startSpan } from "./rpc-span.ts";
import { wrapStream } from "./wrap-stream.ts";

/** Opens the span of a call, as a child of the caller's, and the request context that everything below finds. */
export function traceServerInterceptor(tracer: Tracer): Interceptor {
  return (next) => async (request) => {
    const incoming = incomingContext(request.header, request.signal);
    const span = startSpan(tracer, request.method, { kind: SpanKind.SERVER, parent: incoming.trace });
    const context = { ...incoming, trace: trace.setSpan(incoming.trace, span) };
    const end = (error: unknown): void => endSpan(span, "server", error);
    try {
      const response = await runInContext(context, () => next(request));
      if (response.stream) return wrapStream(response, { pull: (pull) => runInContext(context, pull), end });
      end(undefined);
      return response;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}

/** The context that a call's metadata carries: its trace and ids, with an id of its own when it has none. */
export function incomingContext(header: Headers, signal: AbortSignal): RequestContext {
  const requestId = idIn(header, "x-request-id") ?? randomUUID();
  return {
    requestId,
    correlationId: idIn(header, "x-correlation-id") ?? requestId,
    trace: contextFrom({
      traceparent: header.get("traceparent") ?? undefined,
      tracestate: header.get("tracestate") ?? undefined,
    }),
    signal,
  };
}

function idIn(header: Headers, name: string): string | undefined {
  const value = header.get(name);
  return value !== null && isFitId(value) ? value : undefined;
}
