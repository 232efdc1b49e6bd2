import { z } from "zod";
import { discoverIssuer, type IssuerAddress } from "@animal-delivery/platform/access/discover-issuer";
import { twoAddresses } from "@animal-delivery/platform/access/two-addresses";
import { safeUrl } from "@animal-delivery/platform/config/fragments";
import { directoryAway } from "../directory-errors.ts";

const Endpoints = z.object({ token_endpoint: safeUrl, revocation_endpoint: safeUrl });

/** Where tokens are asked for, and revoked. */
export type Endpoints = z.output<typeof Endpoints>;

/**
 * Reads them from the discovery document: at the first use, and again until it works. Keycloak names the outer address of
 * some of them in a document that is read inside.
 *
 * @throws {DomainError} unavailable UNAVAILABLE.
 */
export function endpointsOf(address: IssuerAddress): () => Promise<Endpoints> {
  const { forUs } = twoAddresses(address);
  let found: Promise<Endpoints> | undefined;
  return async () => {
    found ??= discoverIssuer(address).then((document) => {
      const { token_endpoint: token, revocation_endpoint: revocation } = Endpoints.parse(document);
      return { token_endpoint: forUs(token), revocation_endpoint: forUs(revocation) };
    });
    try {
      return await found;
    } catch (cause) {
      found = undefined;
      throw directoryAway(cause);
    }
  };
}
