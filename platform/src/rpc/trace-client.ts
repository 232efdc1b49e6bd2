import { ROOT_CONTEXT, SpanKind, trace, type Tracer } from "@opentelemetry/api";
import type { Interceptor } from "@connectrpc/connect";
import { currentContext } from "../request-context.ts";
import { traceHeaders } from "../telemetry/propagation.ts";
import { endSpan, startSpan } from "./rpc-span.ts";
import { wrapStream } from "./wrap-stream.ts";

/** Opens a span for each call under the work at hand, and sends the trace and the ids along. */
export function traceClientInterceptor(tracer: Tracer, address: string): Interceptor {
  const { hostname, port } = new URL(address);
  const attributes = { "server.address": hostname, ...(port !== "" && { "server.port": Number(port) }) };
  return (next) => async (request) => {
    const context = currentContext();
    const parent = context?.trace ?? ROOT_CONTEXT;
    const span = startSpan(tracer, request.method, { kind: SpanKind.CLIENT, parent, attributes });
    const headers = Object.entries(traceHeaders(trace.setSpan(parent, span)));
    for (const [name, value] of headers) request.header.set(name, value);
    if (context?.requestId) request.header.set("x-request-id", context.requestId);
    if (context?.correlationId) request.header.set("x-correlation-id", context.correlationId);
    const end = (error: unknown): void => endSpan(span, "client", error);
    try {
      const response = await next(request);
      if (response.stream) return wrapStream(response, { pull: (pull) => pull(), end });
      end(undefined);
      return response;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}
