import { randomUUID } from "node:crypto";
import { SpanKind, trace, type Span, type Tracer } from "@opentelemetry/api";
import type { Interceptor } from "@connectrpc/connect";
import { runInContext, type RequestContext } from "../request-context.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import { endSpan, startSpan } from "./rpc-span.ts";
import { wrapStream } from "./wrap-stream.ts";

/** Ids longer or stranger than this are not taken over: they go into every log line. */
const ID = /^[\w.:-]{1,128}$/;

/** Opens the span of a call, as a child of the caller's, and the request context that everything below finds. */
export function traceServerInterceptor(tracer: Tracer): Interceptor {
  return (next) => async (request) => {
    const parent = contextFrom({
      traceparent: request.header.get("traceparent") ?? undefined,
      tracestate: request.header.get("tracestate") ?? undefined,
    });
    const span = startSpan(tracer, request.method, SpanKind.SERVER, parent);
    const context: RequestContext = {
      ...idsOf(request.header),
      trace: trace.setSpan(parent, span),
      signal: request.signal,
    };
    return runInContext(context, () => traced(next, request, context, span));
  };
}

async function traced(
  next: Parameters<Interceptor>[0],
  request: Parameters<ReturnType<Interceptor>>[0],
  context: RequestContext,
  span: Span,
) {
  const end = (error: unknown): void => endSpan(span, "server", error);
  try {
    const response = await next(request);
    if (response.stream) return wrapStream(response, { pull: (pull) => runInContext(context, pull), end });
    end(undefined);
    return response;
  } catch (error) {
    end(error);
    throw error;
  }
}

function idsOf(header: Headers): { requestId: string; correlationId: string } {
  const requestId = idIn(header, "x-request-id") ?? randomUUID();
  return { requestId, correlationId: idIn(header, "x-correlation-id") ?? requestId };
}

function idIn(header: Headers, name: string): string | undefined {
  const value = header.get(name);
  return value !== null && ID.test(value) ? value : undefined;
}
