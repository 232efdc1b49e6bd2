import { randomUUID } from "node:crypto";
import { apiAt, textAt, type Api } from "./api.ts";
import { anonymous } from "./people.ts";
import { eventually, expectStatus } from "./story.ts";
import type { Target } from "./target.ts";

/** A person who signed up a moment ago, a customer. */
export interface Newcomer {
  readonly email: string;
  readonly password: string;
  /** Under which their sign-up is told of. */
  readonly pendingToken: string;
}

/** An e-mail address that nobody has. */
export function someEmail(): string {
  return `${randomUUID()}@example.com`;
}

/** Signs somebody up without waiting for it, and then until they can sign in. */
export async function givenNewcomer(target: Target): Promise<Newcomer> {
  const email = someEmail();
  const password = `seventeen ferrets ${randomUUID()}`;
  const wish = { email, password, display_name: "Anna Schmidt", wait_ms: 0 };
  const answer = await anonymous(target).post("/v1/auth/sign-up", wish);
  expectStatus(answer, 202);
  const place = answer.headers.get("location") ?? "";
  await eventually(
    () => anonymous(target).get(place),
    (body) => textAt(body, "state") === "USER_STATE_ACTIVE",
  );
  return { email, password, pendingToken: decodeURIComponent(place.split("/").at(-1) ?? "") };
}

/** One more session of somebody's. */
export async function signInAs(target: Target, { email, password }: Newcomer): Promise<Api> {
  const answer = await anonymous(target).post("/v1/auth/sign-in", { username: email, password });
  return apiAt(target.baseUrl, textAt(expectStatus(answer, 200), "access_token"));
}
