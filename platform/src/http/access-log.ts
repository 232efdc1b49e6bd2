import type { Logger } from "../log/logger.ts";
import type { Exchange } from "./exchange.ts";
import { QUIET_PATHS } from "./quiet-paths.ts";

/**
 * One line for each request. No query, no headers, no body, no address: they may hold what is personal or secret. The
 * messages themselves are logged, redacted by the contract's marks, by the services.
 */
export function logAnswer(log: Logger, exchange: Exchange, request: Request, status: number, durationMs: number): void {
  const fields = {
    http_method: request.method,
    http_route: exchange.route,
    http_status: status,
    duration_ms: Math.round(durationMs * 10) / 10,
    ...(exchange.user && { caller: exchange.user.subject }),
    ...(exchange.reason !== undefined && { reason: exchange.reason }),
  };
  if (status >= 500) log.warn("request answered", fields);
  else if (QUIET_PATHS.has(exchange.route)) log.debug("request answered", fields);
  else log.info("request answered", fields);
}
