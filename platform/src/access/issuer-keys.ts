import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { safeUrl } from "../config/fragments.ts";

const TIMEOUT_MS = 5_000;
/** How long to leave an issuer alone that could not be asked. */
const COOLDOWN_MS = 1_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: safeUrl });

/**
 * The issuer's signing keys, found by OpenID Connect discovery at the first use, fetched again when a token names a key
 * that is not among them (at most twice a minute).
 *
 * @throws {Error} at once when the issuer is plain http and not of this machine.
 */
export function createIssuerKeys(issuer: string): JWTVerifyGetKey {
  safeUrl.parse(issuer);
  let discovered: Promise<JWTVerifyGetKey> | undefined;
  let failedAt = -Infinity;

  const keys = (): Promise<JWTVerifyGetKey> => {
    if (discovered) return discovered;
    if (performance.now() - failedAt < COOLDOWN_MS)
      return Promise.reject(new Error(`issuer ${issuer} is not reachable`));
    discovered = discover(issuer);
    discovered.catch(() => {
      discovered = undefined;
      failedAt = performance.now();
    });
    return discovered;
  };
  return async (header, token) => (await keys())(header, token);
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
  if (!response.ok) throw new Error(`discovery at ${url} answered ${response.status}`);
  const document = Discovery.parse(await response.json());
  // OpenID Connect Discovery 4.3: the names must be the same, or another issuer's keys would be trusted.
  if (document.issuer !== issuer) throw new Error(`${url} speaks for ${document.issuer}`);
  return createRemoteJWKSet(new URL(document.jwks_uri), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
}
