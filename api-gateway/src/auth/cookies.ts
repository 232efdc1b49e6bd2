/** The browser session. `__Host-`: Secure, for this host and the whole of it, so that no neighbour can plant one. */
export const SESSION_COOKIE = "__Host-session";
/** A login under way. */
export const LOGIN_COOKIE = "__Host-login";

/** The value of a cookie; undefined when the request has none, or has it twice: somebody planted one then. */
export function cookieOf(request: Request, name: string): string | undefined {
  const header = request.headers.get("cookie");
  if (!header?.includes(name)) return undefined;
  const values = header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/**
 * A cookie for this host. Secure also on `http://localhost`: browsers count that as a secure place (Chrome, Firefox and curl
 * do; Safari does not). Lax and not Strict: the browser comes back from the identity provider by a link of another site.
 */
export function setCookie(name: string, value: string, maxAgeMs: number): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(maxAgeMs / 1_000)}`;
}

export function clearCookie(name: string): string {
  return setCookie(name, "", 0);
}
