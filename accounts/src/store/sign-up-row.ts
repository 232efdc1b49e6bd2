import type { SignUp, SignUpState } from "../domain/sign-up.ts";
import { rolesOf, type Profile } from "../domain/user.ts";

/** The columns of `SignUpRow`, of the table alias `s`. */
export const SIGN_UP_COLUMNS = `s.sign_up_id, s.state, s.email, s.display_name, s.phone, s.locale, s.roles,
  s.chooses_password, s.user_id, s.reason, s.created_at`;

export interface SignUpRow {
  sign_up_id: string;
  state: SignUpState;
  email: string | null;
  display_name: string | null;
  phone: string | null;
  locale: string | null;
  roles: string[] | null;
  chooses_password: boolean;
  user_id: string | null;
  reason: string | null;
  created_at: Date;
}

export function signUpOf(row: SignUpRow): SignUp {
  return {
    signUpId: row.sign_up_id,
    state: row.state,
    profile: profileOf(row),
    choosesPassword: row.chooses_password,
    userId: row.user_id ?? undefined,
    reason: row.reason ?? undefined,
    createdAt: row.created_at,
  };
}

/** Personal columns are wiped together. */
function profileOf({ email, display_name: displayName, phone, locale, roles }: SignUpRow): Profile | undefined {
  if (email === null || displayName === null) return undefined;
  return { email, displayName, phone: phone ?? "", locale: locale ?? "", roles: rolesOf(roles ?? []) };
}
