/** As much of a realm as the rules look at. */
export interface Realm {
  clients: Client[];
  clientScopes: { name: string; protocolMappers: { protocolMapper: string; config: Record<string, string> }[] }[];
  users: { username: string; credentials?: object[]; clientRoles?: Record<string, string[]> }[];
  roles: { realm: { name: string }[] };
  defaultRoles?: string[];
  components: Record<string, { config: { "kc.user.profile.config": string[] } }[]>;
}

/** What Keycloak knows of a person, as the realm declares it; a text within the file. */
export interface UserProfile {
  readonly attributes: {
    readonly name: string;
    readonly validations: Record<string, object>;
    readonly permissions: { readonly edit: string[]; readonly view: string[] };
  }[];
}

export interface Permission {
  readonly name: string;
  readonly type: string;
  readonly config: Record<string, string>;
}

export interface Client {
  clientId: string;
  enabled: boolean | string;
  publicClient: boolean;
  secret?: string;
  standardFlowEnabled: boolean;
  directAccessGrantsEnabled: boolean;
  redirectUris: string[];
  webOrigins: string[];
  attributes?: Record<string, string>;
  authorizationSettings?: { policies: Permission[] };
}

/** What no single setting says. */
export interface Rule {
  readonly why: string;
  /** What is against the rule; empty when it holds. */
  readonly faultsOf: (realm: Realm) => string[];
  /** A change that the rule must notice. */
  readonly breakIn: (realm: Realm) => void;
}

export function clientOf({ clients }: Realm, id: string): Client {
  const found = clients.find(({ clientId }) => clientId === id);
  if (!found) throw new Error(`the realm has no client ${id}`);
  return found;
}
