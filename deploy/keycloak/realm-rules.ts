import { type Client, clientOf, type Rule } from "./realm-shape.ts";
import { USER_RULES } from "./realm-user-rules.ts";

/** A password grant is the one exception to RFC 9700, 2.4: programs of our own that have no browser. */
const PASSWORD_CLIENTS = ["first-party"];
const OUR_CLIENTS = ["api-gateway", "first-party", "swagger", "accounts"];
const POLICY_ROLES = ["customer", "courier", "dispatcher", "admin"];
const ORIGIN = "${GATEWAY_ORIGIN:http://localhost:8080}";

export const RULES: readonly Rule[] = [
  ...USER_RULES,
  {
    why: "RFC 9700, 2.4: no client takes passwords but the listed exception",
    faultsOf: ({ clients }) =>
      clients
        .filter(({ clientId, directAccessGrantsEnabled: takes }) => takes && !PASSWORD_CLIENTS.includes(clientId))
        .map(({ clientId }) => clientId),
    breakIn: (realm) => void (clientOf(realm, "swagger").directAccessGrantsEnabled = true),
  },
  {
    why: "no client is open but ours, and the one that holds the permissions, which has no way in",
    faultsOf: ({ clients }) =>
      clients
        .filter(
          ({ clientId, enabled }) => enabled !== false && ![...OUR_CLIENTS, "admin-permissions"].includes(clientId),
        )
        .map(({ clientId }) => clientId),
    breakIn: (realm) => realm.clients.push({ ...clientOf(realm, "swagger"), clientId: "another" }),
  },
  {
    why: "RFC 9700, 2.1 and 4.1.3: redirect addresses are compared as a whole; no wildcard, and only of our origin",
    faultsOf: ({ clients }) => addressesOf(clients).filter((address) => !isExact(address)),
    breakIn: (realm) => realm.clients[0]?.redirectUris.push(`${ORIGIN}/*`),
  },
  {
    why: "RFC 9700, 4.11: where a logout leads is exact, too, and given for every client with a browser",
    faultsOf: ({ clients }) =>
      clients
        .filter(
          ({ clientId, attributes }) =>
            clientId === "api-gateway" && attributes?.["post.logout.redirect.uris"] !== `${ORIGIN}/`,
        )
        .map(({ clientId }) => clientId),
    breakIn: (realm) =>
      void Object.assign(clientOf(realm, "api-gateway").attributes ?? {}, { "post.logout.redirect.uris": "+" }),
  },
  {
    why: "only the API page runs in a browser: no other client is called from a page, and from no page but ours",
    faultsOf: ({ clients }) =>
      clients
        .filter(({ clientId, webOrigins }) => webOrigins.join() !== (clientId === "swagger" ? ORIGIN : ""))
        .map(({ clientId }) => clientId),
    breakIn: (realm) => clientOf(realm, "swagger").webOrigins.push("+"),
  },
  {
    why: "secrets come from the environment: a file that everybody reads holds none",
    faultsOf: ({ clients }) =>
      clients
        .filter(({ secret }) => secret !== undefined && !/^\$\{[A-Z_]+\}$/.test(secret))
        .map(({ clientId }) => clientId),
    breakIn: (realm) => void (clientOf(realm, "api-gateway").secret = "${API_GATEWAY_SECRET:guess}"),
  },
  {
    why: "people are not part of the realm: those of development are in a file of their own",
    faultsOf: ({ users }) =>
      users
        .filter(({ username, credentials }) => credentials || !username.startsWith("service-account-"))
        .map(({ username }) => username),
    breakIn: (realm) => realm.users.push({ username: "customer", credentials: [{}] }),
  },
  {
    why: "RFC 9700, 2.3: the service account may look users up, and beyond that what its permissions say one by one",
    faultsOf: ({ users }) =>
      users
        .flatMap(({ clientRoles = {} }) => Object.values(clientRoles).flat())
        .filter((role) => role !== "query-users"),
    breakIn: (realm) => realm.users[0]?.clientRoles?.["realm-management"]?.push("manage-users"),
  },
  {
    why: "RFC 9700, 2.2.2: no tokens that outlive the session, since there is no scope offline_access",
    faultsOf: ({ clientScopes }) => clientScopes.map(({ name }) => name).filter((name) => name === "offline_access"),
    breakIn: (realm) => realm.clientScopes.push({ name: "offline_access", protocolMappers: [] }),
  },
  {
    why: "RFC 9700, 2.3: one audience, the API's",
    faultsOf: ({ clientScopes }) =>
      clientScopes
        .filter(({ name }) => name === "api")
        .flatMap(({ protocolMappers }) => protocolMappers)
        .filter(({ protocolMapper }) => protocolMapper === "oidc-audience-mapper")
        .map(({ config }) => config["included.custom.audience"] ?? "")
        .filter((audience) => audience !== "${API_AUDIENCE:https://api.animal-delivery.example}"),
    breakIn: (realm) =>
      Object.assign(realm.clientScopes[1]?.protocolMappers[0]?.config ?? {}, { "included.custom.audience": "x" }),
  },
  {
    why: "the roles are those of contracts/policy",
    faultsOf: ({ roles }) => roles.realm.map(({ name }) => name).filter((name) => !POLICY_ROLES.includes(name)),
    breakIn: (realm) => realm.roles.realm.push({ name: "root" }),
  },
];

function addressesOf(clients: readonly Client[]): string[] {
  return clients.flatMap(({ redirectUris }) => redirectUris);
}

function isExact(address: string): boolean {
  return address.startsWith(`${ORIGIN}/`) && !address.includes("*");
}
