/** How a caller stands to a resource, as the policy names it. */
export type Relation = "any" | "customer" | "courier" | "creator" | "member" | "self";

/** The person behind a call, as their verified access token says. */
export interface User {
  /** `sub`. */
  readonly subject: string;
  readonly roles: readonly string[];
  /** `sid`: the login session; empty for tokens without one. */
  readonly sessionId: string;
  /** When the token expires. */
  readonly expiresAt: Date;
  /** The token itself, for the calls made on the user's behalf. Never logged. */
  readonly token: string;
}

/** Who calls an RPC. */
export interface Caller {
  /** The service whose client certificate carried the call: `api-gateway`, `delivery`; empty where callers show none. */
  readonly peer: string;
  /** The user whose token came along; undefined for anonymous callers and services on their own. */
  readonly user: User | undefined;
  /**
   * The roles the policy is asked with when the gateway carries the call: the user's and `user`, or `anonymous`; when `ops`
   * does, the user's alone; else `service:<peer>` alone.
   */
  readonly roles: readonly string[];
  /** Who it is in histories, idempotency scopes and logs: the user's subject, else `service:<peer>`, else `anonymous`. */
  readonly actor: string;
}

/** What the policy grants a caller for the RPC at hand: the relations, OR-ed. Never empty. */
export interface Grant {
  readonly caller: Caller;
  readonly relations: ReadonlySet<Relation>;
}
