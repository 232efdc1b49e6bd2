import type { IssuerAddress } from "./discover-issuer.ts";

/** The endpoints of a provider that browsers reach at its issuer's address, and we at the one where its document is read. */
export interface TwoAddresses {
  /** Some of the endpoints in a document that is read inside lead to the inside; a browser needs them as seen from without. */
  readonly forBrowsers: (endpoint: string) => string;
  readonly forUs: (endpoint: string) => string;
}

const WELL_KNOWN = /\/?\.well-known\/.*$/;

export function twoAddresses({ issuer, discoveryUrl }: IssuerAddress): TwoAddresses {
  const outer = issuer.replace(/\/$/, "");
  const inner = discoveryUrl?.replace(WELL_KNOWN, "") ?? outer;
  const moved = (from: string, to: string) => (endpoint: string) =>
    endpoint.startsWith(`${from}/`) ? to + endpoint.slice(from.length) : endpoint;
  return { forBrowsers: moved(inner, outer), forUs: moved(outer, inner) };
}
