import { apiAt, textAt, type Api } from "./api.ts";
import type { Target, UserName } from "./target.ts";

const signedIn = new Map<string, Promise<Api>>();

/** The API as one of the seeded users sees it; signs in once per user and process. */
export function as(target: Target, user: UserName): Promise<Api> {
  const key = `${target.baseUrl} ${user}`;
  const known = signedIn.get(key);
  if (known) return known;
  const api = signIn(target, user);
  signedIn.set(key, api);
  return api;
}

/** Signs in afresh and answers a caller with that session's access token. */
export async function signIn(target: Target, user: UserName): Promise<Api> {
  const password = target.passwords[user] ?? "";
  const answer = await apiAt(target.baseUrl).post("/v1/auth/sign-in", { username: user, password });
  if (answer.status !== 200) throw new Error(`${user} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
  return apiAt(target.baseUrl, textAt(answer.body, "access_token"));
}

/** A caller who never signed in. */
export function anonymous(target: Target): Api {
  return apiAt(target.baseUrl);
}
