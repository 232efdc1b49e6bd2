import type { ClientMetadata } from "oidc-provider";

export interface ClientOptions {
  /** Where browsers reach the gateway: `http://localhost:8080`. */
  readonly gatewayOrigin: string;
  /** The secret that the gateway and the provider share. */
  readonly gatewaySecret: string;
}

/** Everybody who may ask for tokens. */
export function clients({ gatewayOrigin, gatewaySecret }: ClientOptions): ClientMetadata[] {
  return [
    {
      // Programs of our own that ask for name and password: the gateway's sign-in route, tests, the demo.
      client_id: "first-party",
      token_endpoint_auth_method: "none",
      grant_types: ["password", "refresh_token"],
      response_types: [],
      redirect_uris: [],
    },
    {
      // Browsers, by way of the gateway, which keeps the tokens to itself.
      client_id: "api-gateway",
      client_secret: gatewaySecret,
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: [`${gatewayOrigin}/v1/auth/callback`],
      post_logout_redirect_uris: [`${gatewayOrigin}/`],
    },
    {
      // The API page, which runs in the browser and can keep no secret.
      client_id: "swagger",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: [`${gatewayOrigin}/docs/oauth2-redirect.html`],
    },
  ];
}
