import { z } from "zod";
import { durationMs, type oidcEnv, safeUrl } from "@animal-delivery/platform/config/fragments";

/** What the directory in Keycloak reads, besides who the issuer is. */
export const keycloakEnv = {
  KEYCLOAK_ADMIN_URL: safeUrl.describe(
    "The realm in Keycloak's administration API: https://id.example/admin/realms/animal-delivery.",
  ),
  ACCOUNTS_CLIENT_ID: z.string().default("accounts").describe("The client there that keeps users."),
  ACCOUNTS_CLIENT_SECRET: z.string().min(1).describe("Its secret."),
  OIDC_FIRST_PARTY_CLIENT_ID: z
    .string()
    .default("first-party")
    .describe("The client by which a password is checked: the one behind sign-in by password."),
  KEYCLOAK_TIMEOUT_MS: durationMs(5_000).describe("How long one request there may take."),
};

export interface KeycloakOptions {
  /** The realm in the administration API, without a slash at the end. */
  readonly adminUrl: string;
  readonly issuer: string;
  readonly discoveryUrl: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly firstPartyClientId: string;
  /** Of each request. */
  readonly timeoutMs: number;
}

export function keycloakOptions(env: z.output<z.ZodObject<typeof keycloakEnv & typeof oidcEnv>>): KeycloakOptions {
  return {
    adminUrl: env.KEYCLOAK_ADMIN_URL.replace(/\/$/, ""),
    issuer: env.OIDC_ISSUER,
    discoveryUrl: env.OIDC_DISCOVERY_URL,
    clientId: env.ACCOUNTS_CLIENT_ID,
    clientSecret: env.ACCOUNTS_CLIENT_SECRET,
    firstPartyClientId: env.OIDC_FIRST_PARTY_CLIENT_ID,
    timeoutMs: env.KEYCLOAK_TIMEOUT_MS,
  };
}
