import { z } from "zod";
import { discoverIssuer, type IssuerAddress } from "@animal-delivery/platform/access/discover-issuer";
import { safeUrl } from "@animal-delivery/platform/config/fragments";
import { directoryAway } from "../directory-errors.ts";

const Endpoints = z.object({ token_endpoint: safeUrl, revocation_endpoint: safeUrl });

/** Where tokens are asked for, and revoked. */
export type Endpoints = z.output<typeof Endpoints>;

/**
 * Reads them from the discovery document: at the first use, and again until it works.
 *
 * @throws {DomainError} unavailable UNAVAILABLE.
 */
export function endpointsOf(address: IssuerAddress): () => Promise<Endpoints> {
  let found: Promise<Endpoints> | undefined;
  return async () => {
    found ??= discoverIssuer(address).then((document) => Endpoints.parse(document));
    try {
      return await found;
    } catch (cause) {
      found = undefined;
      throw directoryAway(cause);
    }
  };
}
