import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { safeUrl } from "../config/fragments.ts";
import { discoverIssuer, type IssuerAddress } from "./discover-issuer.ts";
import { createKeySet, type KeySet } from "./key-set.ts";

const TIMEOUT_MS = 5_000;

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * The issuer's signing keys, found by OpenID Connect discovery when the first token comes, or before.
 *
 * @throws {Error} at once when the issuer is plain http and not of this machine.
 */
export function createIssuerKeys(address: IssuerAddress): KeySet {
  safeUrl.parse(address.issuer);
  return createKeySet(async () => {
    const { jwks_uri: url } = await discoverIssuer(address);
    return fetchKeys(url);
  });
}

async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
  if (!response.ok) throw new Error(`keys at ${url} answered ${response.status}`);
  return Keys.parse(await response.json());
}
