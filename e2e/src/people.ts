import { apiAt, textAt, type Api } from "./api.ts";
import type { Target, UserName } from "./target.ts";

const RENEW_MS = 60_000;
const signedIn = new Map<string, Promise<Api>>();
/** Checking a password is slow by intent: one after the other, so that none waits for longer than the gateway does. */
let turn: Promise<unknown> = Promise.resolve();

/** The API as one of the seeded users sees it, for as long as this process lives; signs in once per user, and renews that. */
export function as(target: Target, user: UserName): Promise<Api> {
  const key = `${target.baseUrl} ${user}`;
  const known = signedIn.get(key);
  if (known) return known;
  const api = turn.then(() => staySignedIn(target, user));
  turn = api.catch(() => undefined);
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

/** Signs in, and again each minute, so that the caller outlives its tokens. Who cannot sign in goes on with the token he has. */
export async function staySignedIn(target: Target, user: UserName): Promise<Api> {
  let api = await signIn(target, user);
  let signedInAt = Date.now();
  const fresh = async (): Promise<Api> => {
    if (Date.now() - signedInAt > RENEW_MS) {
      signedInAt = Date.now();
      api = await signIn(target, user).catch(() => api);
    }
    return api;
  };
  return {
    subject: api.subject,
    get token() {
      return api.token;
    },
    get: async (...call) => (await fresh()).get(...call),
    post: async (...call) => (await fresh()).post(...call),
    put: async (...call) => (await fresh()).put(...call),
    patch: async (...call) => (await fresh()).patch(...call),
    delete: async (...call) => (await fresh()).delete(...call),
  };
}

/** A caller who never signed in. */
export function anonymous(target: Target): Api {
  return apiAt(target.baseUrl);
}
