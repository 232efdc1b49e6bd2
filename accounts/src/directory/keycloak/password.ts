import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createOneByOne } from "@animal-delivery/platform/one-by-one";
import { accountLocked, directoryAway, passwordElsewhere, userNotFound } from "../directory-errors.ts";
import type { AdminApi } from "./admin-api.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Http } from "./http.ts";
import { findUser, type User } from "./identities.ts";
import type { KeycloakOptions } from "./keycloak-config.ts";
import { assertTaken, credential } from "./refusals.ts";

const Tokens = z.object({ refresh_token: z.string() });
const Fault = z.object({ error: z.string().optional() }).catch({});
/** `failedLoginNotBefore` in seconds since 1970. */
const Failures = z.object({ lastFailure: z.number(), failedLoginNotBefore: z.number() });

/** What Keycloak answers when the client may not use the grant, or is switched off. */
const NOT_OFFERED = new Set(["invalid_client", "unauthorized_client", "unsupported_grant_type"]);
const FAILURES = "/attack-detection/brute-force/users/{id}";

export interface PasswordResources {
  readonly admin: AdminApi;
  readonly http: Http;
  readonly endpoints: () => Promise<Endpoints>;
}

/** Sets it, and lifts the lock that guesses at the old one brought about. */
export async function setPassword(admin: AdminApi, userId: string, password: string): Promise<void> {
  const path = "/users/{id}/reset-password";
  const answer = await admin({ method: "PUT", path, id: userId, body: credential(password) }, [204, 400]);
  if (answer.status === 400) {
    assertTaken(answer);
    throw new Error("Keycloak did not set a password and does not say why");
  }
  await admin({ method: "DELETE", path: FAILURES, id: userId });
}

/** How often, and after how long, a sign-in is tried again that Keycloak did not look at. */
const SIGN_INS = 10;
const BETWEEN_SIGN_INS_MS = 100;

/**
 * Checks a password by signing in with it, and ends that session at once. Keycloak refuses a sign-in while another of the same
 * account is under way, as if the password were wrong: here they wait for each other. One that another process has under way, or
 * that has answered and not ended, is seen by the refusal not counting as a failure.
 */
export function passwordCheck(
  { firstPartyClientId: client_id }: Pick<KeycloakOptions, "firstPartyClientId">,
  { admin, http, endpoints }: PasswordResources,
) {
  const inTurn = createOneByOne();

  const signIn = async (username: string, password: string): Promise<string | undefined> => {
    const { token_endpoint: url } = await endpoints();
    const form = new URLSearchParams({ grant_type: "password", client_id, username, password });
    const { status, body } = await http(url, { method: "POST", body: form });
    if (status === 200) return Tokens.parse(body).refresh_token;
    const { error = "" } = Fault.parse(body);
    if (NOT_OFFERED.has(error)) throw passwordElsewhere();
    if (error !== "invalid_grant") throw directoryAway(new Error(`Keycloak answered ${status} to a sign-in`));
    return undefined;
  };
  /** Tells no other client of it: nobody has seen this session. */
  const end = async (refreshToken: string): Promise<void> => {
    const { revocation_endpoint: url } = await endpoints();
    const form = new URLSearchParams({ client_id, token: refreshToken, token_type_hint: "refresh_token" });
    const { status } = await http(url, { method: "POST", body: form });
    if (status !== 200) throw directoryAway(new Error(`Keycloak answered ${status} to a revocation`));
  };
  const failuresOf = async (userId: string) =>
    Failures.parse((await admin({ method: "GET", path: FAILURES, id: userId })).body);

  const check = async ({ id: userId, username, enabled }: User, password: string): Promise<string | undefined> => {
    for (let signIns = 1; signIns <= SIGN_INS; signIns += 1) {
      const before = await failuresOf(userId);
      const refreshToken = await signIn(username, password);
      if (refreshToken !== undefined || !enabled) return refreshToken;
      const after = await failuresOf(userId);
      // Not its `disabled`: that is true as well while a sign-in is under way.
      if (after.failedLoginNotBefore * 1_000 > Date.now()) throw accountLocked();
      if (after.lastFailure !== before.lastFailure) return undefined;
      await sleep(BETWEEN_SIGN_INS_MS);
    }
    throw directoryAway(new Error(`Keycloak did not look at a password ${SIGN_INS} times`));
  };

  return async (userId: string, password: string): Promise<boolean> => {
    const user = await findUser(admin, userId);
    if (!user) throw userNotFound();
    const refreshToken = await inTurn(userId, async () => check(user, password));
    if (refreshToken === undefined) return false;
    await end(refreshToken);
    return true;
  };
}
