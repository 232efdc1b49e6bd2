import * as oidc from "openid-client";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { LoginAnswer } from "./login-answer.ts";

/** What a login under way must be finished with. */
export interface LoginChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Authorization code with PKCE, by way of `redirectUri`. */
export function codeFlow(redirectUri: string, scope: string) {
  return {
    authorizationUrl: async (client: oidc.Configuration, { state, nonce, codeVerifier }: LoginChecks): Promise<URL> =>
      oidc.buildAuthorizationUrl(client, {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      }),
    trade: async (client: oidc.Configuration, answer: LoginAnswer, { state, nonce, codeVerifier }: LoginChecks) =>
      oidc.authorizationCodeGrant(client, callbackUrl(redirectUri, client, answer), {
        pkceCodeVerifier: codeVerifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      }),
  };
}

/** The answer as openid-client reads it, once it is known to be of this provider (RFC 9207). */
function callbackUrl(redirectUri: string, client: oidc.Configuration, answer: LoginAnswer): URL {
  const { issuer, authorization_response_iss_parameter_supported: isTold } = client.serverMetadata();
  const { code, state, issuer: from = isTold ? "" : issuer } = answer;
  if (from !== issuer) throw tokenInvalid("the answer is not of our identity provider");
  return new URL(`?${new URLSearchParams({ code, state, iss: issuer }).toString()}`, redirectUri);
}
