import type { Tracer } from "@opentelemetry/api";
import * as oidc from "openid-client";
import { discoverIssuer, type IssuerAddress } from "@animal-delivery/platform/access/discover-issuer";
import { DomainError } from "@animal-delivery/platform/errors";
import { tracedFetch } from "@animal-delivery/platform/telemetry/traced-fetch";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import { twoAddresses } from "@animal-delivery/platform/access/two-addresses";

export interface OidcClientOptions extends IssuerAddress {
  /** How long the provider may take to answer. */
  readonly timeoutMs: number;
}

/** A client of ours at the provider, known by discovery: at the first use, and again until it works. */
export function oidcClient(
  provider: OidcClientOptions,
  { clientId, secret, tracer }: { clientId: string; secret: string | undefined; tracer: Tracer },
) {
  let discovered: Promise<oidc.Configuration> | undefined;
  return async (): Promise<oidc.Configuration> => {
    discovered ??= configure(provider, clientId, secret).then((configuration) => {
      configuration[oidc.customFetch] = tracedFetch(tracer);
      return configuration;
    });
    discovered.catch(() => (discovered = undefined));
    return discovered;
  };
}

async function configure(
  provider: OidcClientOptions,
  clientId: string,
  secret: string | undefined,
): Promise<oidc.Configuration> {
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretPost(secret);
  const metadata = asReached((await discoverIssuer(provider)) as oidc.ServerMetadata, provider);
  const configuration = new oidc.Configuration(metadata, clientId, undefined, authentication);
  configuration.timeout = provider.timeoutMs / 1_000;
  // The configuration's schema lets plain HTTP pass for loopback hosts alone.
  if (new URL(provider.issuer).protocol === "http:") oidc.allowInsecureRequests(configuration);
  return configuration;
}

/**
 * With the endpoints that browsers are sent to as they reach them, and those that we ask as we do: a document that is read
 * inside may name the outer address of either.
 */
function asReached(metadata: oidc.ServerMetadata, provider: IssuerAddress): oidc.ServerMetadata {
  const { authorization_endpoint: authorization, end_session_endpoint: endSession } = metadata;
  const { token_endpoint: token, revocation_endpoint: revocation } = metadata;
  const address = twoAddresses(provider);
  return {
    ...metadata,
    ...(token !== undefined && { token_endpoint: address.forUs(token) }),
    ...(revocation !== undefined && { revocation_endpoint: address.forUs(revocation) }),
    ...(authorization !== undefined && { authorization_endpoint: address.forBrowsers(authorization) }),
    ...(endSession !== undefined && { end_session_endpoint: address.forBrowsers(endSession) }),
  };
}

/** The provider's errors that speak of what the caller brought. */
const CALLER_FAULTS = new Set(["invalid_grant", "access_denied", "login_required"]);
/** The provider's errors that speak of a grant which this client may not use. */
const NOT_OFFERED = new Set(["invalid_client", "unauthorized_client", "unsupported_grant_type"]);

/**
 * Waits for the provider.
 *
 * @throws {DomainError} unauthenticated TOKEN_INVALID when it says no, unavailable UNAVAILABLE when it does not answer.
 */
export async function asking<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    if (cause instanceof oidc.ResponseBodyError && CALLER_FAULTS.has(cause.error)) {
      throw tokenInvalid("the identity provider refused the sign-in");
    }
    throw new DomainError("unavailable", "UNAVAILABLE", "the identity provider does not answer", {}, { cause });
  }
}

/** Whether an error of `asking` says that the provider does not offer this grant to this client. */
export function isNotOffered(error: unknown): boolean {
  const cause = error instanceof DomainError ? error.cause : undefined;
  return cause instanceof oidc.ResponseBodyError && NOT_OFFERED.has(cause.error);
}
