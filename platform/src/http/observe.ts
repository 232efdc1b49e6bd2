import { ROOT_CONTEXT, type Context, trace } from "@opentelemetry/api";
import type { MiddlewareHandler } from "hono";
import { runInContext } from "../request-context.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { logAnswer } from "./access-log.ts";
import { clientAddress } from "./client-address.ts";
import { createCors } from "./cors.ts";
import type { Exchange, HttpEnv } from "./exchange.ts";
import { endExchangeSpan, startExchangeSpan } from "./exchange-span.ts";
import { createHttpMetrics } from "./http-metrics.ts";
import { requestIdOf } from "./request-id.ts";
import { securityHeaders } from "./security-headers.ts";

/** Routes that are not known are one in metrics and logs. */
export const UNKNOWN_ROUTE = "(unknown)";

export interface ObserveOptions {
  /** Where the world reaches the server: `https://api.example`. */
  readonly origin: string;
  /** How many proxies in front append to `X-Forwarded-For`; 0 believes none of it. */
  readonly trustedProxies: number;
  /** Origins whose pages may call with a token. */
  readonly corsOrigins: readonly string[];
  /** Told who asked, for each request of somebody who is signed in. */
  readonly onUser?: (subject: string) => void;
}

/**
 * Surrounds every request: its ids and trace, the headers every answer has, CORS, one log line, metrics and a span. The one
 * middleware that waits for the answer; all else runs inside the handlers.
 */
export function observe(options: ObserveOptions, telemetry: Telemetry): MiddlewareHandler<HttpEnv> {
  const metrics = createHttpMetrics(telemetry.meters);
  const always = securityHeaders(options.origin.startsWith("https:"));
  const cors = createCors(options.corsOrigins);

  return async (c, next) => {
    const request = c.req.raw;
    const address = clientAddress(
      c.env?.incoming?.socket.remoteAddress,
      request.headers.get("x-forwarded-for"),
      options.trustedProxies,
    );
    const { exchange, context } = open(telemetry, request, address, c.env?.isWarmUp ?? false);
    c.set("exchange", exchange);

    const preflight = cors.preflight(request);
    if (preflight) c.res = preflight;
    else {
      const { requestId, correlationId } = exchange;
      await runInContext({ requestId, correlationId, trace: context, signal: request.signal }, next);
    }

    const { headers } = c.res;
    for (const [name, value] of always) if (!headers.has(name)) headers.set(name, value);
    for (const [name, value] of cors.headers(request)) headers.append(name, value);
    for (const [name, value] of exchange.headers) headers.set(name, value);
    endExchangeSpan(exchange, request, c.res.status);
    if (c.env?.isWarmUp) return;
    const durationMs = performance.now() - exchange.startedAt;
    metrics.answered(exchange, request.method, c.res.status, durationMs, context);
    if (exchange.user) options.onUser?.(exchange.user.subject);
    const { requestId, correlationId } = exchange;
    runInContext({ requestId, correlationId, trace: context, signal: undefined }, () =>
      logAnswer(telemetry.log, exchange, request, c.res.status, durationMs),
    );
  };
}

function open(
  { tracer }: Telemetry,
  request: Request,
  address: string,
  isWarmUp: boolean,
): { exchange: Exchange; context: Context } {
  const traceparent = request.headers.get("traceparent") ?? undefined;
  const tracestate = request.headers.get("tracestate") ?? undefined;
  const parent = traceparent === undefined ? ROOT_CONTEXT : contextFrom({ traceparent, tracestate });
  const span = startExchangeSpan(tracer, request, parent, isWarmUp);
  const requestId = requestIdOf(request.headers.get("x-request-id"));
  const correlation = request.headers.get("x-correlation-id");
  const exchange: Exchange = {
    requestId,
    correlationId: correlation === null ? requestId : requestIdOf(correlation),
    address,
    span,
    startedAt: performance.now(),
    route: UNKNOWN_ROUTE,
    user: undefined,
    reason: undefined,
    headers: new Map([["x-request-id", requestId]]),
  };
  return { exchange, context: trace.setSpan(parent, span) };
}
