import { ROOT_CONTEXT, type Context, trace } from "@opentelemetry/api";
import type { MiddlewareHandler } from "hono";
import { runInContext } from "@animal-delivery/platform/request-context";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { ApiConfig } from "../config.ts";
import type { ActiveUsers } from "./active-users.ts";
import { logAnswer } from "./access-log.ts";
import { clientAddress } from "./client-address.ts";
import { createCors } from "./cors.ts";
import type { Exchange, GatewayEnv } from "./exchange.ts";
import { endExchangeSpan, startExchangeSpan } from "./exchange-span.ts";
import { createHttpMetrics } from "./http-metrics.ts";
import { requestIdOf } from "./request-id.ts";
import { securityHeaders } from "./security-headers.ts";

/** Routes that are not known are one in metrics and logs. */
export const UNKNOWN_ROUTE = "(unknown)";

/**
 * Surrounds every request: its ids and trace, the headers every answer has, CORS, one log line, metrics and a span. The one
 * middleware that waits for the answer; all else runs inside the handlers.
 */
export function observe(
  config: ApiConfig,
  telemetry: Telemetry,
  activeUsers: Pick<ActiveUsers, "seen">,
): MiddlewareHandler<GatewayEnv> {
  const metrics = createHttpMetrics(telemetry.meters, activeUsers);
  const always = securityHeaders(config.origin.startsWith("https:"));
  const cors = createCors(config.corsOrigins);

  return async (c, next) => {
    const request = c.req.raw;
    const address = clientAddress(
      c.env?.incoming?.socket.remoteAddress,
      request.headers.get("x-forwarded-for"),
      config.trustedProxies,
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
