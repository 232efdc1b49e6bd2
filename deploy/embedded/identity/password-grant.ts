import { errors, type Provider, type ResourceServer, type TokenEndpointGrantContext } from "oidc-provider";
import { checkCredentials, type SignInSource } from "./check-credentials.ts";
import { endGrant } from "./payload-repository.ts";

interface PasswordParameters {
  readonly username?: string;
  readonly password?: string;
}

export interface PasswordGrantOptions extends SignInSource {
  readonly provider: Provider;
  readonly audience: string;
  readonly resourceServer: ResourceServer;
}

/**
 * Adds the resource owner password grant (RFC 6749 section 4.3), for programs of our own. OAuth 2.1 drops it; Keycloak has
 * it as "direct access grants", and so do we.
 */
export function registerPasswordGrant(options: PasswordGrantOptions): void {
  options.provider.registerGrantType<PasswordParameters>(
    "password",
    (context) => answerPasswordGrant(options, context),
    ["username", "password"],
    [],
  );
}

async function answerPasswordGrant(
  { provider, audience, resourceServer, ...source }: PasswordGrantOptions,
  context: TokenEndpointGrantContext<PasswordParameters>,
): Promise<void> {
  const { client, params } = context.oidc;
  const { username = "", password = "" } = params;
  const signIn = await checkCredentials(source, username, password);
  if (!signIn) throw wrong();
  const { user } = signIn;

  const scope = resourceServer.scope;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: user.userId });
  grant.addResourceScope(audience, scope);
  const owner = { client, accountId: user.userId, grantId: await grant.save(), gty: "password", scope };
  const refreshToken = new provider.RefreshToken({ ...owner, resource: audience, rotations: 0 });
  context.oidc.entity("RefreshToken", refreshToken);
  const accessToken = new provider.AccessToken(owner);
  accessToken.resourceServer = new provider.ResourceServer(audience, resourceServer);
  context.oidc.entity("AccessToken", accessToken);
  const tokens = { access_token: await accessToken.save(), refresh_token: await refreshToken.save() };
  if (!(await signIn.isStillGood())) {
    await endGrant(source.db, owner.grantId);
    throw wrong();
  }
  context.body = {
    ...tokens,
    token_type: "Bearer",
    expires_in: accessToken.expiration,
    scope,
  };
}

function wrong(): errors.InvalidGrant {
  return new errors.InvalidGrant("name or password is wrong");
}
