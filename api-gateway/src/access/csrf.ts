import { DomainError } from "@animal-delivery/platform/errors";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Holds a request with a session cookie that changes something to have come from a page of our own. A browser says so by
 * `Sec-Fetch-Site` or `Origin`, and a page by the header `x-csrf`, which no page of another origin can add: it would need a
 * preflight, and no preflight allows it.
 *
 * @throws {DomainError} forbidden CSRF_REFUSED.
 */
export function assertSameOrigin(request: Request, origin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const from = request.headers.get("origin");
  const isForeign = (site !== null && site !== "same-origin") || (from !== null && from !== origin);
  const isOurs = site === "same-origin" || from === origin || request.headers.has("x-csrf");
  if (isForeign || !isOurs) {
    throw new DomainError(
      "forbidden",
      "CSRF_REFUSED",
      "a request with the session cookie must come from our own pages",
    );
  }
}
