import { rolesOf, type User } from "./user.ts";

/** The longest display name of the contract, in characters. */
const NAME_CHARS_MAX = 100;

/** What the identity provider says of somebody. */
export interface Known {
  readonly userId: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly username: string;
  readonly roles: readonly string[];
}

/** The profile of somebody whom nobody asked for before: what the provider knows of them. */
export function firstProfile({ userId, email, emailVerified, username, roles }: Known, now: Date): User {
  return {
    userId,
    email,
    emailVerified,
    displayName: nameOf(username),
    phone: "",
    locale: "",
    roles: rolesOf(roles),
    state: "active",
    version: 1n,
    revision: 1n,
    createdAt: now,
    updatedAt: now,
  };
}

/** What somebody is called who never told: the name they sign in with, without what makes an address of it. */
function nameOf(username: string): string {
  const [name = ""] = username.replaceAll(/\p{Cc}/gu, "").split("@");
  return Array.from(name).slice(0, NAME_CHARS_MAX).join("") || "?";
}
