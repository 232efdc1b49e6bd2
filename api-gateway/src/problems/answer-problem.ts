import type { Logger } from "@animal-delivery/platform/log/logger";
import type { Exchange } from "../http/exchange.ts";
import { internalRefusal, problemOf, refusalOf } from "./problem.ts";

export interface ProblemAnswerer {
  /** The answer to whatever was thrown. The only place where an error becomes HTTP. */
  (error: unknown, request: Request, exchange: Exchange): Response;
}

/** @param origin where the world reaches the gateway; the addresses of problems begin with it. */
export function createProblemAnswerer(origin: string, log: Logger): ProblemAnswerer {
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
        ...challenge(request, problem.status),
        ...retryHint(problem.status),
        "content-type": "application/problem+json",
      },
    });
  };
}

/** RFC 6750: how to authenticate, and whether the token that came was at fault. */
function challenge(request: Request, status: number): Record<string, string> {
  if (status !== 401) return {};
  const fault = request.headers.has("authorization") ? ', error="invalid_token"' : "";
  return { "www-authenticate": `Bearer realm="animal-delivery"${fault}` };
}

/** When to try again, in seconds; the rate limit knows better and says so itself. */
function retryHint(status: number): Record<string, string> {
  return status === 429 || status === 503 ? { "retry-after": "1" } : {};
}

function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return start < 0 ? "/" : (url.slice(start).split("?", 1)[0] ?? "/");
}
