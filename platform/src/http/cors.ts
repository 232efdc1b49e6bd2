const ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS =
  "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent, x-correlation-id, x-request-id";
const EXPOSED_HEADERS =
  "etag, location, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id";
const PREFLIGHT_SECONDS = "600";

/** What browsers are told about pages of other origins. */
export interface Cors {
  /** The answer to a preflight; undefined when the request is none or its origin is not on the list. */
  preflight(request: Request): Response | undefined;
  /** Headers for the answer to such a page; empty for everybody else. */
  headers(request: Request): readonly (readonly [name: string, value: string])[];
}

/** Pages of the listed origins may call the API with a bearer token. Never with cookies: a session belongs to our own pages. */
export function createCors(origins: readonly string[]): Cors {
  const listed = new Set(origins);
  const headers: Cors["headers"] = (request) => {
    if (listed.size === 0) return [];
    const origin = request.headers.get("origin");
    const vary = ["vary", "origin"] as const;
    if (origin === null || !listed.has(origin)) return [vary];
    return [vary, ["access-control-allow-origin", origin], ["access-control-expose-headers", EXPOSED_HEADERS]];
  };
  return {
    headers,
    preflight(request) {
      if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method")) return undefined;
      if (!listed.has(request.headers.get("origin") ?? "")) return undefined;
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": ALLOWED_METHODS,
          "access-control-allow-headers": ALLOWED_HEADERS,
          "access-control-max-age": PREFLIGHT_SECONDS,
        },
      });
    },
  };
}
