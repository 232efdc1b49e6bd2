import { z } from "zod";
import { safeUrl } from "../config/fragments.ts";
import type { OidcOptions } from "../config/options.ts";

/** An issuer, and where its discovery document is read. */
export type IssuerAddress = Pick<OidcOptions, "issuer" | "discoveryUrl">;

const TIMEOUT_MS = 5_000;

const Discovery = z.looseObject({ issuer: z.string(), jwks_uri: safeUrl });
export type DiscoveryDocument = z.output<typeof Discovery>;

/**
 * Reads the issuer's discovery document, at the issuer's own URL unless another one is given: inside a cluster the provider
 * often cannot be reached by the name that browsers know. Which name it speaks for is held to `issuer` either way.
 *
 * @throws {Error} when it does not answer, or speaks for another issuer.
 */
export async function discoverIssuer({ issuer, discoveryUrl }: IssuerAddress): Promise<DiscoveryDocument> {
  const url = discoveryUrl ?? `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
  if (!response.ok) throw new Error(`discovery at ${url} answered ${response.status}`);
  const document = Discovery.parse(await response.json());
  // OpenID Connect Discovery 4.3: the names must be the same, or another issuer's keys would be trusted.
  if (document.issuer !== issuer) throw new Error(`${url} speaks for ${document.issuer}`);
  return document;
}
