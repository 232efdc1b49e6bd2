import { randomUUID } from "node:crypto";
import { apiAt, textAt, type Api, type Json } from "./api.ts";
import { expectStatus } from "./story.ts";
import type { Target } from "./target.ts";

/** Somebody who signed up for one story. */
export interface NewUser {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** What they may do, by the session of their first sign-in. */
  readonly api: Api;
  readonly refreshToken: string;
}

export const PASSWORD = "seventeen tame ferrets";

/** A sign-up that nobody made yet; `changes` replaces fields. */
export function signUpDraft(changes: Record<string, Json> = {}): Record<string, Json> {
  const name = randomUUID().slice(0, 8);
  return { email: `anna.${name}@example.com`, password: PASSWORD, display_name: `Anna ${name}`, ...changes };
}

/** Signs somebody up, waits until they can sign in, and signs them in. */
export async function givenUser(target: Target, changes: Record<string, Json> = {}): Promise<NewUser> {
  const draft = signUpDraft(changes);
  const anybody = apiAt(target.baseUrl);
  const answer = await anybody.post("/v1/auth/sign-up", { ...draft, wait_ms: 5_000 });
  const location = answer.headers.get("location");
  const user = answer.status === 202 && location ? await activeAt(anybody, location) : expectStatus(answer, 201);
  const email = textAt(user, "email");
  const password = textAt(draft, "password");
  const { api, refreshToken } = await signInByEmail(target, email, password);
  return { userId: textAt(user, "user_id"), email, password, api, refreshToken };
}

/** Signs in by an e-mail address. @throws {Error} with the answer when that is refused. */
export async function signInByEmail(target: Target, email: string, password: string) {
  const answer = await apiAt(target.baseUrl).post("/v1/auth/sign-in", { email, password });
  const body = expectStatus(answer, 200);
  return { api: apiAt(target.baseUrl, textAt(body, "access_token")), refreshToken: textAt(body, "refresh_token") };
}

const READY_MS_MAX = 30_000;
const POLL_MS = 100;

/** Asks a sign-up's place until its user is active. */
export async function activeAt(anybody: Api, location: string): Promise<Json> {
  const deadline = Date.now() + READY_MS_MAX;
  for (;;) {
    const user = expectStatus(await anybody.get(location), 200);
    if (textAt(user, "state") === "USER_STATE_ACTIVE") return user;
    if (Date.now() > deadline) throw new Error(`not active after ${READY_MS_MAX / 1_000} s: ${JSON.stringify(user)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
