/** One setting of `realm.json` that must be as it is. */
export interface Setting {
  /** From the top; an element of a list by its name. */
  readonly path: readonly string[];
  readonly is: string | number | boolean | readonly unknown[];
  readonly why: string;
}

const BROWSER_CLIENTS = ["api-gateway", "swagger"];
/** Those whose sessions are people's. */
const USER_CLIENTS = [...BROWSER_CLIENTS, "first-party"];
const OUR_CLIENTS = [...USER_CLIENTS, "accounts"];
/** What Keycloak makes in every realm unless the realm has it. */
const BUILT_IN_CLIENTS = ["account", "account-console", "admin-cli", "security-admin-console"];

const REALM: Setting[] = [
  top("sslRequired", "external", "RFC 9700, 2.6: TLS end to end; plain HTTP from private addresses only"),
  top("registrationAllowed", false, "people are made by the service accounts, which gives them their role"),
  top("resetPasswordAllowed", false, "without a mail server nobody could be sent a link"),
  top("rememberMe", false, "a session ends with its own times, not with those of a cookie"),
  top(
    "editUsernameAllowed",
    true,
    "the name of who signed up is their e-mail address and moves with it; by accounts alone",
  ),
  top("loginWithEmailAllowed", true, "people know their e-mail address, whatever their name is"),
  top("duplicateEmailsAllowed", false, "a sign-in by e-mail must mean one person"),
  top(
    "passwordPolicy",
    "length(12) and maxLength(256) and notUsername(undefined) and notEmail(undefined)",
    "NIST SP 800-63B, 5.1.1.2: length counts; 128 characters, each up to two for Keycloak, bound the cost of hashing",
  ),
  top("bruteForceProtected", true, "RFC 9700, 2.4: a password form invites guessing"),
  top("permanentLockout", false, "a lock for ever would let anybody shut anybody out"),
  top(
    "failureFactor",
    30,
    "above the 20 that the gateway lets through from one address: nobody locks another out alone",
  ),
  top("maxFailureWaitSeconds", 900, "a quarter of an hour stops guessing and does not stop people"),
  top("defaultSignatureAlgorithm", "RS256", "what the platform verifies, and nothing else"),
  top("revokeRefreshToken", true, "RFC 9700, 2.2.2: refresh tokens of public clients are rotated"),
  top("refreshTokenMaxReuse", 0, "RFC 9700, 4.14.2: a second use is theft and ends the session"),
  top("accessTokenLifespan", 300, "RFC 9700, 2.2.1: a leaked access token is good for minutes"),
  top("accessCodeLifespan", 60, "RFC 6749, 4.1.2: codes live short; ours is traded at once"),
  top("accessCodeLifespanLogin", 600, "as long as the gateway remembers a login under way"),
  top("ssoSessionIdleTimeout", 1_800, "RFC 9700, 4.14.2: a refresh token that nobody uses ends"),
  top("ssoSessionMaxLifespan", 43_200, "as long as a browser's session at the gateway"),
  top("offlineSessionMaxLifespanEnabled", true, "were there offline sessions, they would end too"),
  top("eventsEnabled", true, "sign-ins, failures and reuse must be seen"),
  top("adminEventsEnabled", true, "who changed whom must be seen"),
  top("adminEventsDetailsEnabled", false, "the details are personal data"),
  top("adminPermissionsEnabled", true, "the service account's rights are given one by one"),
  header("contentSecurityPolicy", "frame-src 'self'; frame-ancestors 'none'; object-src 'none';"),
  header("xFrameOptions", "DENY"),
  header("referrerPolicy", "no-referrer"),
];

const SCOPES: Setting[] = [
  mapper("basic", "sub", "access.token.claim", "true", "RFC 9068, 2.2: sub"),
  mapper("api", "audience", "access.token.claim", "true", "RFC 9700, 2.3; RFC 9068, 2.2: aud"),
  mapper("api", "audience", "id.token.claim", "false", "an ID token is for the client, never for the API"),
  mapper("api", "roles", "claim.name", "roles", "RFC 9068, 2.2.3.1: roles"),
  mapper("api", "roles", "access.token.claim", "true", "RFC 9068, 2.2.3.1: roles"),
  mapper("api", "roles", "multivalued", "true", "RFC 9068, 2.2.3.1: a list"),
];

/** Every setting with its reason: RFC 9700 (security practice of OAuth), 7636 (PKCE), 9068 (JWT access tokens), OpenID Connect. */
export const SETTINGS: readonly Setting[] = [
  ...REALM,
  ...SCOPES,
  ...OUR_CLIENTS.flatMap((id) => [
    client(id, "implicitFlowEnabled", false, "RFC 9700, 2.1.2: no tokens in addresses"),
    client(id, "fullScopeAllowed", false, "RFC 9700, 2.3: no role but those that are mapped to it"),
    client(id, "optionalClientScopes", [], "RFC 9700, 2.3: nothing that a client could add to its tokens"),
    attribute(
      id,
      "access.token.header.type.rfc9068",
      "true",
      "RFC 9068, 2.1: typ at+jwt, or an ID token could pass for one",
    ),
    attribute(id, "access.token.signed.response.alg", "RS256", "RFC 9068, 2.1: signed, and as the platform verifies"),
    attribute(id, "client.use.lightweight.access.token.enabled", "false", "RFC 9068, 2.2: all claims are in the token"),
    attribute(id, "oauth2.device.authorization.grant.enabled", "false", "a grant that nobody uses is closed"),
    attribute(id, "oidc.ciba.grant.enabled", "false", "a grant that nobody uses is closed"),
    attribute(id, "standard.token.exchange.enabled", "false", "a grant that nobody uses is closed"),
  ]),
  ...USER_CLIENTS.flatMap((id) => [
    client(id, "defaultClientScopes", ["basic", "api"], "sub, audience and roles in every access token"),
    client(id, "serviceAccountsEnabled", false, "RFC 9700, 2.3: it acts for people only"),
    attribute(id, "use.refresh.tokens", "true", "access tokens live for minutes"),
    attribute(
      id,
      "backchannel.logout.url",
      "${GATEWAY_LOGOUT_URL:http://localhost:8080/v1/auth/backchannel-logout}",
      "Back-Channel Logout, 2.2: the gateway is told of every session's end",
    ),
    attribute(
      id,
      "backchannel.logout.session.required",
      "true",
      "Back-Channel Logout, 2.2: which session, not only whose",
    ),
    {
      path: ["clients", id, "protocolMappers", "client_id", "config", "claim.value"],
      is: id,
      why: "RFC 9068, 2.2: client_id",
    },
    roles(id),
  ]),
  ...BROWSER_CLIENTS.flatMap((id) => [
    client(id, "standardFlowEnabled", true, "RFC 9700, 2.1: the code flow"),
    attribute(id, "pkce.code.challenge.method", "S256", "RFC 9700, 2.1.1; RFC 7636, 4.2: PKCE, never plain"),
    attribute(
      id,
      "exclude.issuer.from.auth.response",
      "false",
      "RFC 9700, 4.4.2; RFC 9207: the answer names its issuer",
    ),
  ]),
  client("api-gateway", "publicClient", false, "RFC 9700, 2.5: who can keep a secret proves who it is"),
  client("accounts", "publicClient", false, "RFC 9700, 2.5: who can keep a secret proves who it is"),
  client("accounts", "standardFlowEnabled", false, "nobody signs in through it"),
  client(
    "accounts",
    "defaultClientScopes",
    ["basic", "user-administration"],
    "RFC 9700, 2.3: its tokens are not for the API",
  ),
  client("first-party", "standardFlowEnabled", false, "it has no browser"),
  client("first-party", "enabled", "${FIRST_PARTY_ENABLED:true}", "the exception to RFC 9700, 2.4 can be switched off"),
  ...BUILT_IN_CLIENTS.map((id) =>
    client(id, "enabled", false, "public, and one takes passwords: ours are the only ways in"),
  ),
  {
    path: ["clientScopeMappings", "realm-management", "accounts", "roles"],
    is: ["query-users"],
    why: "RFC 9700, 2.3: manage-users would let it make administrators",
  },
];

function top(name: string, is: Setting["is"], why: string): Setting {
  return { path: [name], is, why };
}

function header(name: string, is: string): Setting {
  return {
    path: ["browserSecurityHeaders", name],
    is,
    why: "RFC 9700, 4.2 and 4.16: nothing leaks by Referer, no frame around it",
  };
}

function client(id: string, name: string, is: Setting["is"], why: string): Setting {
  return { path: ["clients", id, name], is, why };
}

function attribute(id: string, name: string, is: string, why: string): Setting {
  return { path: ["clients", id, "attributes", name], is, why };
}

function mapper(scope: string, name: string, setting: string, is: string, why: string): Setting {
  return { path: ["clientScopes", scope, "protocolMappers", name, "config", setting], is, why };
}

function roles(id: string): Setting {
  const is = ["customer", "courier", "dispatcher", "admin"];
  return { path: ["scopeMappings", id, "roles"], is, why: "the roles of contracts/policy, and no others" };
}
