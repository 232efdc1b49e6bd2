import { clientOf, type Permission, type Realm, type Rule, type UserProfile } from "./realm-shape.ts";

/** What the service account may do with users, and with the two roles. */
const ACCOUNTS_MAY = new Map([
  ["Users", '["view", "manage", "map-roles"]'],
  ["Roles", '["map-role"]'],
]);

/** What is known of users, and who may change it. */
export const USER_RULES: readonly Rule[] = [
  {
    why: "RFC 9700, 2.3: accounts sees and keeps users and gives two roles; it impersonates nobody",
    faultsOf: (realm) =>
      permissionsOf(realm)
        .filter(({ config }) => config["scopes"] !== ACCOUNTS_MAY.get(config["defaultResourceType"] ?? ""))
        .map(({ name }) => name),
    breakIn: (realm) =>
      void Object.assign(permissionsOf(realm)[0]?.config ?? {}, { scopes: '["view", "manage", "impersonate"]' }),
  },
  {
    why: "a sign-up is known by an attribute that its person neither sees nor changes",
    faultsOf: (realm) => {
      const declared = profileOf(realm).attributes.find(({ name }) => name === "sign_up_id");
      const { edit = [], view = [] } = declared?.permissions ?? {};
      return [...new Set([...edit, ...view])].join() === "admin" ? [] : ["sign_up_id"];
    },
    breakIn: (realm) => changeProfile(realm, "sign_up_id", ({ permissions }) => permissions.view.push("user")),
  },
  {
    why: "nobody changes their own name or e-mail address here: accounts has a new one proven first",
    faultsOf: (realm) =>
      profileOf(realm)
        .attributes.filter(({ permissions }) => permissions.edit.join() !== "admin")
        .map(({ name }) => name),
    breakIn: (realm) => changeProfile(realm, "email", ({ permissions }) => permissions.edit.push("user")),
  },
  {
    why: "every e-mail address may be a name: Keycloak's own rule refuses some, as those with # or =",
    faultsOf: (realm) =>
      profileOf(realm)
        .attributes.filter(({ validations }) => "username-prohibited-characters" in validations)
        .map(({ name }) => name),
    breakIn: (realm) =>
      changeProfile(realm, "username", ({ validations }) =>
        Object.assign(validations, { "username-prohibited-characters": {} }),
      ),
  },
];

const PROFILE = "org.keycloak.userprofile.UserProfileProvider";

function profileOf({ components }: Realm): UserProfile {
  const text = components[PROFILE]?.[0]?.config["kc.user.profile.config"][0];
  return JSON.parse(text ?? '{"attributes":[]}') as UserProfile;
}

function changeProfile(realm: Realm, name: string, change: (attribute: UserProfile["attributes"][0]) => void): void {
  const profile = profileOf(realm);
  const attribute = profile.attributes.find((each) => each.name === name);
  if (attribute) change(attribute);
  for (const { config } of realm.components[PROFILE] ?? []) {
    config["kc.user.profile.config"] = [JSON.stringify(profile)];
  }
}

function permissionsOf(realm: Realm): Permission[] {
  const { policies = [] } = clientOf(realm, "admin-permissions").authorizationSettings ?? {};
  return policies.filter(({ type }) => type === "scope");
}
