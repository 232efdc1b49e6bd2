import type { Tracer } from "@opentelemetry/api";
import type { JWTVerifyGetKey } from "jose";
import * as oidc from "openid-client";
import { verifyJwt } from "@animal-delivery/platform/access/verify-jwt";
import { DomainError } from "@animal-delivery/platform/errors";
import type { ApiConfig } from "../config.ts";
import { codeFlow, type LoginChecks } from "./code-flow.ts";
import { type EndSession, endSessionAt } from "./end-session.ts";
import type { LoginAnswer } from "./login-answer.ts";
import { asking, isNotOffered, oidcClient } from "./oidc-client.ts";
import { twoAddresses } from "@animal-delivery/platform/access/two-addresses";

/** Tokens as the provider issued them. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** Of the access token, from now. */
  readonly expiresInSeconds: number;
  /** Of the refresh token; undefined when the provider does not tell, or it never expires by itself. */
  readonly refreshExpiresInSeconds: number | undefined;
}

/** Which of our clients at the provider a token belongs to: the gateway's own, or that of programs with a password form. */
export type OidcClient = "browser" | "first-party";

/**
 * Any OpenID Connect provider. Every function throws DomainError: unauthenticated TOKEN_INVALID when the provider says no,
 * unavailable UNAVAILABLE when it does not answer.
 */
export interface IdentityProvider extends EndSession {
  /** Where to send the browser. */
  authorizationUrl(checks: LoginChecks): Promise<URL>;
  /** Trades the answer's code for tokens; checks issuer, state, nonce and the ID token. */
  finishLogin(answer: LoginAnswer, checks: LoginChecks): Promise<TokenSet>;
  /** @throws {DomainError} forbidden ACCESS_DENIED when the provider takes no passwords from programs. */
  signIn(username: string, password: string): Promise<TokenSet>;
  /** The old refresh token is used up by this. */
  refresh(client: OidcClient, refreshToken: string): Promise<TokenSet>;
  revoke(client: OidcClient, refreshToken: string): Promise<void>;
  /** Where a page in the browser signs in by itself. */
  endpoints(): Promise<{ readonly authorization: string; readonly token: string }>;
}

const SCOPE = "openid";

export interface IdentityProviderResources {
  /** The provider's own, for the signatures of ID tokens. */
  readonly keys: JWTVerifyGetKey;
  readonly tracer: Tracer;
}

export function createIdentityProvider(
  config: ApiConfig["oidc"],
  origin: string,
  { keys, tracer }: IdentityProviderResources,
): IdentityProvider {
  const { clientId, clientSecret, firstPartyClientId } = config;
  const browser = oidcClient(config, { clientId, secret: clientSecret, tracer });
  const firstParty = oidcClient(config, { clientId: firstPartyClientId, secret: undefined, tracer });
  const configurationOf = (client: OidcClient) => (client === "browser" ? browser() : firstParty());
  const code = codeFlow(`${origin}/v1/auth/callback`, SCOPE);

  const tokensOf = async (client: OidcClient, grant: Grant): Promise<TokenSet> => {
    const tokens = tokenSet(await asking(configurationOf(client).then(grant)));
    const audience = client === "browser" ? clientId : firstPartyClientId;
    await assertSigned(tokens, keys, { issuer: config.issuer, audience });
    return tokens;
  };

  return {
    ...endSessionAt(browser, config, origin),
    authorizationUrl: async (checks) => code.authorizationUrl(await asking(browser()), checks),
    finishLogin: async (answer, checks) => tokensOf("browser", async (client) => code.trade(client, answer, checks)),
    signIn: async (username, password) =>
      tokensOf("first-party", async (configuration) =>
        oidc.genericGrantRequest(configuration, "password", { username, password, scope: SCOPE }),
      ).catch(passwordsRefused),
    refresh: async (client, refreshToken) =>
      tokensOf(client, async (configuration) => oidc.refreshTokenGrant(configuration, refreshToken)),
    revoke: async (client, refreshToken) =>
      asking(configurationOf(client).then(async (configuration) => oidc.tokenRevocation(configuration, refreshToken))),
    async endpoints() {
      const { authorization_endpoint, token_endpoint } = (await asking(browser())).serverMetadata();
      return {
        authorization: authorization_endpoint ?? "",
        token: twoAddresses(config).forBrowsers(token_endpoint ?? ""),
      };
    },
  };
}

type Grant = (configuration: oidc.Configuration) => Promise<oidc.TokenEndpointResponse>;

/** openid-client checks an ID token's claims but, in the code flow, believes the token by its way alone. */
async function assertSigned(
  { idToken }: TokenSet,
  keys: JWTVerifyGetKey,
  by: { issuer: string; audience: string },
): Promise<void> {
  if (idToken === undefined) return;
  await verifyJwt(idToken, keys, { ...by, what: "ID token", requiredClaims: ["sub", "exp"] });
}

function passwordsRefused(error: unknown): never {
  if (!isNotOffered(error)) throw error;
  throw new DomainError("forbidden", "ACCESS_DENIED", "passwords are not taken here: sign in by a browser");
}

function tokenSet(tokens: oidc.TokenEndpointResponse): TokenSet {
  // No standard has it; Keycloak does, and means by 0 that the session alone ends the token.
  const { refresh_expires_in: refreshExpiresIn } = tokens;
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    expiresInSeconds: tokens.expires_in ?? 0,
    refreshExpiresInSeconds: Number(refreshExpiresIn) > 0 ? Number(refreshExpiresIn) : undefined,
  };
}
