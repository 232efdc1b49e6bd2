import { rolesOf, type User, type UserState } from "../domain/user.ts";

/** The columns of `UserRow`, of the table alias `u`. */
export const USER_COLUMNS = `u.user_id, u.email, u.email_verified, u.display_name, u.phone, u.locale, u.roles, u.state,
  u.version, u.revision, u.created_at, u.updated_at`;

export interface UserRow {
  user_id: string;
  email: string;
  email_verified: boolean;
  display_name: string;
  phone: string;
  locale: string;
  roles: string[];
  state: UserState;
  version: string;
  revision: string;
  created_at: Date;
  updated_at: Date;
}

export function userOf(row: UserRow): User {
  return {
    userId: row.user_id,
    email: row.email,
    emailVerified: row.email_verified,
    displayName: row.display_name,
    phone: row.phone,
    locale: row.locale,
    roles: rolesOf(row.roles),
    state: row.state,
    version: BigInt(row.version),
    revision: BigInt(row.revision),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
