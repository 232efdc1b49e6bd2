import { createHash } from "node:crypto";
import type { Database } from "@animal-delivery/platform/db/database";
import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import { type ClientOptions, clients } from "./clients.ts";
import { policy } from "./interaction-policy.ts";
import { escapeHtml, page, pageHeaders } from "./page.ts";
import { providerAdapter } from "./provider-adapter.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { findEnabledUser } from "./user-repository.ts";

export interface ConfigurationOptions extends ClientOptions {
  readonly db: Database;
  readonly keys: ProviderKeys;
  readonly port: number;
  /** For whom access tokens are. */
  readonly audience: string;
  readonly accessTokenSeconds: number;
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

const SUBMIT = "document.forms[0].submit()";
const SUBMIT_HASH = `sha256-${createHash("sha256").update(SUBMIT).digest("base64")}`;

/** The API as the provider sees it: it asks for JWT access tokens (RFC 9068) that it can verify by itself. */
export function resourceServer({ audience, accessTokenSeconds }: ConfigurationOptions): ResourceServer {
  return {
    scope: "api",
    audience,
    accessTokenTTL: accessTokenSeconds,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: "RS256" } },
  };
}

/** How oidc-provider is set up. A resource's scope is not among `scopes`: the sign-in would wait for a consent for ever. */
export function configuration(options: ConfigurationOptions): Configuration {
  const { db, keys, port, audience, accessTokenSeconds } = options;
  return {
    adapter: providerAdapter(db),
    clients: clients(options),
    jwks: { keys: [{ ...keys.signing }] },
    // Cookies know no port: two platforms on one machine would overwrite each other's.
    cookies: {
      keys: [...keys.cookies],
      names: { session: `identity_${port}`, interaction: `interaction_${port}`, resume: `resume_${port}` },
    },
    scopes: ["openid", "offline_access", "profile"],
    claims: { openid: ["sub"], profile: ["preferred_username"] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_context, client) => client.grantTypeAllowed("refresh_token"),
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: MINUTE,
      Grant: 14 * DAY,
      IdToken: 5 * MINUTE,
      Interaction: 10 * MINUTE,
      RefreshToken: DAY,
      Session: 14 * DAY,
    },
    findAccount: async (_context, userId) => {
      const user = await findEnabledUser(db, userId);
      return user && { accountId: userId, claims: () => ({ sub: userId, preferred_username: user.username }) };
    },
    extraTokenClaims: async (_context, token) => {
      if (!("accountId" in token)) return undefined;
      const user = await findEnabledUser(db, token.accountId);
      // All tokens of one sign-in share its grant: revoking the grant is ending the session.
      return { roles: user?.roles ?? [], sid: token.grantId };
    },
    interactions: { policy: policy(), url: (_context, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: (context) => newGrant(context, audience),
    clientBasedCORS: (_context, origin, client) => origin === options.gatewayOrigin && client.clientId === "swagger",
    features: features(options),
    renderError: (context, out) => {
      context.set(pageHeaders(options.gatewayOrigin));
      const text = `<p class="error">${escapeHtml(out.error_description ?? out.error)}</p>`;
      context.body = page("That did not work", text);
    },
  };
}

function features(options: ConfigurationOptions): NonNullable<Configuration["features"]> {
  return {
    devInteractions: { enabled: false },
    // Access tokens are for the API alone.
    userinfo: { enabled: false },
    revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => options.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, indicator) => {
        if (indicator !== options.audience) throw new errors.InvalidTarget();
        return resourceServer(options);
      },
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        // Whoever brings an ID token of this very person has their word already; anybody may send them here with another one.
        const { entities, session } = context.oidc;
        const hinted = entities.IdTokenHint?.payload["sub"];
        const asked = hinted !== undefined && hinted === session?.accountId;
        const button = `<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`;
        const confirmed = `<input type="hidden" form="op.logoutForm" name="logout" value="yes"><script>${SUBMIT}</script>`;
        context.set(pageHeaders(options.gatewayOrigin, asked ? SUBMIT_HASH : undefined));
        context.body = page("Sign out", form + button + (asked ? confirmed : ""));
      },
      postLogoutSuccessSource: (context) => {
        context.set(pageHeaders(options.gatewayOrigin));
        context.body = page("Signed out", `<p><a href="${options.gatewayOrigin}/">Back</a></p>`);
      },
    },
  };
}

/**
 * Our own clients need no consent screen: each sign-in gets a grant for everything there is. A grant of its own, though the
 * session at this provider goes on: its id is the `sid` that signing out denies, and the next sign-in must not have that one.
 */
async function newGrant(context: KoaContextWithOIDC, audience: string) {
  const { provider, session, client } = context.oidc;
  if (!session?.accountId || !client) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid offline_access profile");
  grant.addResourceScope(audience, "api");
  await grant.save();
  return grant;
}
