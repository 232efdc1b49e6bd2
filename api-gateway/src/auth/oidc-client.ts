import * as oidc from "openid-client";
import { DomainError } from "@animal-delivery/platform/errors";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";

const TIMEOUT_SECONDS = 5;

/** A client of ours at the provider, known by discovery: at the first use, and again until it works. */
export function oidcClient(issuer: string, clientId: string, secret: string | undefined) {
  let discovered: Promise<oidc.Configuration> | undefined;
  return async (): Promise<oidc.Configuration> => {
    discovered ??= discover(issuer, clientId, secret);
    discovered.catch(() => (discovered = undefined));
    return discovered;
  };
}

async function discover(issuer: string, clientId: string, secret: string | undefined): Promise<oidc.Configuration> {
  const server = new URL(issuer);
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretPost(secret);
  const configuration = await oidc.discovery(server, clientId, undefined, authentication, {
    timeout: TIMEOUT_SECONDS,
    // The configuration's schema lets plain HTTP pass for loopback hosts alone.
    ...(server.protocol === "http:" && { execute: [oidc.allowInsecureRequests] }),
  });
  // Without it an ID token of the code flow is believed by its way alone.
  oidc.enableNonRepudiationChecks(configuration);
  return configuration;
}

/** The provider's errors that speak of what the caller brought. */
const CALLER_FAULTS = new Set(["invalid_grant", "access_denied", "login_required"]);

/**
 * Waits for the provider.
 *
 * @throws {DomainError} unauthenticated TOKEN_INVALID when it says no, unavailable UNAVAILABLE when it does not answer.
 */
export async function asking<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof oidc.ResponseBodyError || cause instanceof oidc.AuthorizationResponseError) {
      if (CALLER_FAULTS.has(cause.error)) throw tokenInvalid("the identity provider refused the sign-in");
    }
    throw new DomainError("unavailable", "UNAVAILABLE", "the identity provider does not answer", {}, { cause });
  }
}
