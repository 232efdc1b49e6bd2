import type { DescMethod } from "@bufbuild/protobuf";
import { SpanStatusCode, type Context, type Span, type SpanKind, type Tracer } from "@opentelemetry/api";
import { codeName, FAULT_CODES } from "./code-name.ts";
import type { RpcSide } from "./metrics.ts";
import { methodName } from "./method-name.ts";

/** The span of one RPC, named and described by OpenTelemetry's conventions. */
export function startSpan(tracer: Tracer, method: DescMethod, kind: SpanKind, parent: Context): Span {
  const name = methodName(method);
  return tracer.startSpan(name, { kind, attributes: { "rpc.system.name": "grpc", "rpc.method": name } }, parent);
}

/** Ends it. A refusal is an error to its caller only; the error's text may name people, so the code alone is kept. */
export function endSpan(span: Span, side: RpcSide, error: unknown): void {
  const code = codeName(error);
  span.setAttribute("rpc.response.status_code", code);
  if (error !== undefined && (side === "client" || FAULT_CODES.has(code))) {
    span.setAttribute("error.type", code);
    span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
  span.end();
}
