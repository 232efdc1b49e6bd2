import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { IdentityToMake } from "../../directory/user-directory.ts";
import type { DirectoryUnderTest } from "../user-directory-contract.ts";

/** Somebody whom a case made. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly signUpId: string;
}

/** What the token endpoint answered. */
export interface Answer {
  readonly status: number;
  readonly error: string | undefined;
  readonly refreshToken: string;
  /** Of the access token. */
  readonly claims: { readonly sub?: string; readonly sid?: string; readonly roles?: readonly string[] };
}

const BETWEEN_SIGN_INS_MS = 100;
const PASSWORD = "seventeen tame ferrets";

export function someSignUp(more: Partial<IdentityToMake> = {}): IdentityToMake & { readonly password: string } {
  const email = `${randomUUID()}@example.com`;
  return { email, roles: ["customer"], signUpId: randomUUID(), ...more, password: more.password ?? PASSWORD };
}

/** Somebody who cannot sign in yet. */
export async function givenSignUp(at: DirectoryUnderTest, more: Partial<IdentityToMake> = {}): Promise<Person> {
  const signUp = someSignUp(more);
  return { ...signUp, userId: await at.directory.makeIdentity(signUp) };
}

/** Somebody who can. */
export async function givenPerson(at: DirectoryUnderTest, more: Partial<IdentityToMake> = {}): Promise<Person> {
  const person = await givenSignUp(at, more);
  await at.directory.setEnabled(person.userId, true);
  return person;
}

/**
 * Signs in. Keycloak refuses a sign-in, and does not count it, until the one of the same account before it has ended on its side,
 * which may be after its answer has come: a refusal holds when it comes twice.
 */
export async function signIn(at: DirectoryUnderTest, username: string, password = PASSWORD): Promise<Answer> {
  const form = { grant_type: "password", username, password };
  const first = await token(at, form);
  if (first.status === 200) return first;
  await sleep(BETWEEN_SIGN_INS_MS);
  return token(at, form);
}

export async function refresh(at: DirectoryUnderTest, refreshToken: string): Promise<Answer> {
  return token(at, { grant_type: "refresh_token", refresh_token: refreshToken });
}

async function token(at: DirectoryUnderTest, form: Record<string, string>): Promise<Answer> {
  const body = new URLSearchParams({ client_id: "first-party", ...form });
  const response = await fetch(at.tokenUrl, { method: "POST", body });
  const answer = (await response.json()) as Record<string, string>;
  const { access_token: access = "", refresh_token: refreshToken = "", error } = answer;
  const payload = Buffer.from(access.split(".")[1] ?? "", "base64url").toString();
  return {
    status: response.status,
    error,
    refreshToken,
    claims: payload === "" ? {} : (JSON.parse(payload) as Answer["claims"]),
  };
}
