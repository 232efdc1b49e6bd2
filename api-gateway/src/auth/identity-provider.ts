import * as oidc from "openid-client";
import type { ApiConfig } from "../config.ts";
import { asking, oidcClient } from "./oidc-client.ts";

/** Tokens as the provider issued them. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** Of the access token, from now. */
  readonly expiresInSeconds: number;
}

/** Which of our clients at the provider a token belongs to: the gateway's own, or that of programs with a password form. */
export type OidcClient = "browser" | "first-party";

/** What a login under way must be finished with. */
export interface LoginChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/**
 * Any OpenID Connect provider. Every function throws DomainError: unauthenticated TOKEN_INVALID when the provider says no,
 * unavailable UNAVAILABLE when it does not answer.
 */
export interface IdentityProvider {
  /** Where to send the browser. */
  authorizationUrl(checks: LoginChecks): Promise<URL>;
  /** Trades the code in the callback's URL for tokens; checks state, nonce and the ID token. */
  finishLogin(callback: URL, checks: LoginChecks): Promise<TokenSet>;
  signIn(username: string, password: string): Promise<TokenSet>;
  /** The old refresh token is used up by this. */
  refresh(client: OidcClient, refreshToken: string): Promise<TokenSet>;
  revoke(client: OidcClient, refreshToken: string): Promise<void>;
  /** Where the browser ends its session at the provider itself; undefined when the provider has no such place. */
  endSessionUrl(idToken: string | undefined): Promise<URL | undefined>;
  endpoints(): Promise<{ readonly authorization: string; readonly token: string }>;
}

const SCOPE = "openid";

export function createIdentityProvider(config: ApiConfig["oidc"], origin: string): IdentityProvider {
  const { clientId, clientSecret, firstPartyClientId } = config;
  const browser = oidcClient(config.issuer, clientId, clientSecret);
  const firstParty = oidcClient(config.issuer, firstPartyClientId, undefined);
  const configurationOf = (client: OidcClient) => (client === "browser" ? browser() : firstParty());
  const redirectUri = `${origin}/v1/auth/callback`;

  return {
    authorizationUrl: async (checks) =>
      oidc.buildAuthorizationUrl(await asking(browser()), await authorizationRequest(checks, redirectUri)),
    finishLogin: async (callback, { state, nonce, codeVerifier }) =>
      tokensOf(async () =>
        oidc.authorizationCodeGrant(await browser(), callback, {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        }),
      ),
    signIn: async (username, password) =>
      tokensOf(async () =>
        oidc.genericGrantRequest(await firstParty(), "password", { username, password, scope: SCOPE }),
      ),
    refresh: async (client, refreshToken) =>
      tokensOf(async () => oidc.refreshTokenGrant(await configurationOf(client), refreshToken)),
    revoke: async (client, refreshToken) =>
      asking(configurationOf(client).then(async (configuration) => oidc.tokenRevocation(configuration, refreshToken))),
    async endSessionUrl(idToken) {
      const configuration = await asking(browser());
      if (!configuration.serverMetadata().end_session_endpoint) return undefined;
      const hint = idToken === undefined ? {} : { id_token_hint: idToken };
      return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${origin}/`, ...hint });
    },
    async endpoints() {
      const { authorization_endpoint, token_endpoint } = (await asking(browser())).serverMetadata();
      return { authorization: authorization_endpoint ?? "", token: token_endpoint ?? "" };
    },
  };
}

async function authorizationRequest({ state, nonce, codeVerifier }: LoginChecks, redirectUri: string) {
  return {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  };
}

async function tokensOf(grant: () => Promise<oidc.TokenEndpointResponse>): Promise<TokenSet> {
  const tokens = await asking(grant());
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    expiresInSeconds: tokens.expires_in ?? 0,
  };
}
