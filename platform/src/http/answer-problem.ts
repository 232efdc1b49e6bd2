import type { Logger } from "../log/logger.ts";
import type { Exchange } from "./exchange.ts";
import { internalRefusal, problemOf, refusalOf } from "./problem.ts";

export interface ProblemAnswerer {
  /** The answer to whatever was thrown. The only place where an error becomes HTTP. */
  (error: unknown, request: Request, exchange: Exchange): Response;
}

export interface ProblemAnswererOptions {
  /** Where the world reaches the server; the addresses of problems begin with it. */
  readonly origin: string;
  readonly log: Logger;
  /** How to authenticate, for the header `WWW-Authenticate`; by a bearer token unless given. */
  readonly challenge?: (request: Request) => string;
}

export function createProblemAnswerer({
  origin,
  log,
  challenge = bearerChallenge,
}: ProblemAnswererOptions): ProblemAnswerer {
  return (error, request, exchange) => {
    const known = refusalOf(error);
    if (!known && !request.signal.aborted) log.error("request failed", { err: error, http_route: exchange.route });
    const refusal = known ?? internalRefusal(error);
    const problem = problemOf(refusal, { origin, path: pathOf(request.url), requestId: exchange.requestId });
    exchange.reason = problem.reason;
    return new Response(JSON.stringify(problem), {
      status: problem.status,
      headers: {
        ...refusal.headers,
        ...(problem.status === 401 && { "www-authenticate": challenge(request) }),
        ...retryHint(problem.status),
        "content-type": "application/problem+json",
      },
    });
  };
}

/** RFC 6750: how to authenticate, and whether the token that came was at fault. */
function bearerChallenge(request: Request): string {
  const fault = request.headers.has("authorization") ? ', error="invalid_token"' : "";
  return `Bearer realm="animal-delivery"${fault}`;
}

/** When to try again, in seconds; the rate limit knows better and says so itself. */
function retryHint(status: number): Record<string, string> {
  return status === 429 || status === 503 ? { "retry-after": "1" } : {};
}

function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return start < 0 ? "/" : (url.slice(start).split("?", 1)[0] ?? "/");
}
