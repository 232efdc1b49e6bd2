import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { apiAt, textAt, type Api, type Json } from "./api.ts";
import { anonymous } from "./people.ts";
import { eventually, expectStatus } from "./story.ts";
import type { Target } from "./target.ts";

/** Somebody's session. */
export interface Session {
  /** What they may do by it. */
  readonly api: Api;
  readonly refreshToken: string;
}

/** A person who signed up a moment ago, a customer, with the session of their first sign-in. */
export interface Newcomer extends Session {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** Under which their sign-up is told of. */
  readonly pendingToken: string;
}

export const PASSWORD = "seventeen tame ferrets";

/** An e-mail address that nobody has. */
export function someEmail(): string {
  return `anna.${randomUUID()}@example.com`;
}

/** A sign-up that nobody made yet; `changes` replaces fields. */
export function signUpDraft(changes: Record<string, Json> = {}): Record<string, Json> {
  return { email: someEmail(), password: PASSWORD, display_name: "Anna Schmidt", ...changes };
}

/** Signs somebody up without waiting for it, then until they can sign in, and signs them in. */
export async function givenNewcomer(target: Target, changes: Record<string, Json> = {}): Promise<Newcomer> {
  const draft = signUpDraft(changes);
  const answer = await anonymous(target).post("/v1/auth/sign-up", { ...draft, wait_ms: 0 });
  expectStatus(answer, 202);
  const location = answer.headers.get("location") ?? "";
  const user = await activeAt(target, location);
  const person = { email: textAt(user, "email"), password: textAt(draft, "password") };
  const session = await signInAs(target, person);
  const pendingToken = decodeURIComponent(location.split("/").at(-1) ?? "");
  return { ...person, ...session, userId: textAt(user, "user_id"), pendingToken };
}

/** How often and after how long a sign-in is tried again. */
const SIGN_INS = 5;
const BETWEEN_SIGN_INS_MS = 200;

/**
 * Opens one more session of somebody's. Keycloak refuses a sign-in, as if the password were wrong, until the one of the same account
 * before it has ended on its side, which may be after its answer has come: stories sign people in faster than they do themselves.
 *
 * @throws {Error} with the answer when that is refused again and again.
 */
export async function signInAs(
  target: Target,
  { email, password }: Pick<Newcomer, "email" | "password">,
): Promise<Session> {
  let answer = await anonymous(target).post("/v1/auth/sign-in", { email, password });
  for (let signIns = 1; answer.status === 401 && signIns < SIGN_INS; signIns += 1) {
    await sleep(BETWEEN_SIGN_INS_MS);
    answer = await anonymous(target).post("/v1/auth/sign-in", { email, password });
  }
  const body = expectStatus(answer, 200);
  return { api: apiAt(target.baseUrl, textAt(body, "access_token")), refreshToken: textAt(body, "refresh_token") };
}

/** Asks a sign-up's place until its user is active; the user. */
export async function activeAt(target: Target, location: string): Promise<Json> {
  return eventually(
    () => anonymous(target).get(location),
    (body) => textAt(body, "state") === "USER_STATE_ACTIVE",
  );
}
