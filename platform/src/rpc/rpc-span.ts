import type { DescMethod } from "@bufbuild/protobuf";
import {
  SpanStatusCode,
  type Context,
  type Span,
  type SpanKind,
  type SpanOptions,
  type Tracer,
} from "@opentelemetry/api";
import { quietSpan } from "../telemetry/quiet-span.ts";
import { codeName, FAULT_CODES } from "./code-name.ts";
import type { RpcSide } from "./metrics.ts";
import { methodName } from "./method-name.ts";

/** Asked all the time by machines. */
const QUIET_SERVICE = "grpc.health.v1.Health";

export interface RpcSpanOptions extends Pick<SpanOptions, "attributes" | "startTime"> {
  readonly kind: SpanKind;
  readonly parent: Context;
}

/** The span of one RPC, named and described by OpenTelemetry's conventions; of a health check a quiet one. */
export function startSpan(
  tracer: Tracer,
  method: DescMethod,
  { parent, attributes, ...options }: RpcSpanOptions,
): Span {
  if (method.parent.typeName === QUIET_SERVICE) return quietSpan(parent);
  const name = methodName(method);
  const all = { "rpc.system.name": "grpc", "rpc.method": name, ...attributes };
  return tracer.startSpan(name, { ...options, attributes: all }, parent);
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
