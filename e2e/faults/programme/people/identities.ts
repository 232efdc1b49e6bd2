/** Somebody as the identity provider knows them. */
export interface KnownIdentity {
  readonly userId: string;
  readonly email: string;
  readonly isEnabled: boolean;
}

interface KeycloakUser {
  readonly id: string;
  readonly email?: string;
  readonly enabled: boolean;
}

const MOST = 100_000;

/** The identities in Keycloak whose e-mail address begins so, by the client that accounts keeps them with. */
export async function identitiesOf(prefix: string, env: NodeJS.ProcessEnv): Promise<KnownIdentity[]> {
  const query = new URLSearchParams({ search: `${prefix}*`, max: String(MOST), briefRepresentation: "true" });
  const response = await fetch(`${env.KEYCLOAK_ADMIN_URL}/users?${query.toString()}`, {
    headers: { authorization: `Bearer ${await tokenFor(env)}` },
  });
  if (!response.ok) throw new Error(`Keycloak answered ${response.status} to who begins with ${prefix}`);
  const users = (await response.json()) as KeycloakUser[];
  return users
    .map(({ id, email = "", enabled }) => ({ userId: id, email, isEnabled: enabled }))
    .filter(({ email }) => email.startsWith(prefix));
}

async function tokenFor(env: NodeJS.ProcessEnv): Promise<string> {
  const response = await fetch(`${env.OIDC_ISSUER}/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: env.ACCOUNTS_CLIENT_ID ?? "accounts",
      client_secret: env.ACCOUNTS_CLIENT_SECRET ?? "",
    }),
  });
  if (!response.ok) throw new Error(`Keycloak answered ${response.status} to accounts asking for a token`);
  return ((await response.json()) as { access_token: string }).access_token;
}
