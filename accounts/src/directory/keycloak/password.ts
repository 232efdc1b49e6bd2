import { z } from "zod";
import { createOneByOne } from "@animal-delivery/platform/one-by-one";
import { accountLocked, directoryAway, passwordElsewhere, userNotFound } from "../directory-errors.ts";
import type { AdminApi } from "./admin-api.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Http } from "./http.ts";
import { findUser } from "./identities.ts";
import type { KeycloakOptions } from "./keycloak-config.ts";
import { assertTaken, credential } from "./refusals.ts";

const Tokens = z.object({ refresh_token: z.string() });
const Fault = z.object({ error: z.string().optional() }).catch({});
const Lock = z.object({ disabled: z.boolean() });

/** What Keycloak answers when the client may not use the grant, or is switched off. */
const NOT_OFFERED = new Set(["invalid_client", "unauthorized_client", "unsupported_grant_type"]);
const LOCK = "/attack-detection/brute-force/users/{id}";

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
  await admin({ method: "DELETE", path: LOCK, id: userId });
}

/**
 * Checks a password by signing in with it, and ends that session at once. Keycloak refuses a sign-in while another of the same
 * account is under way, as if the password were wrong: here they wait for each other.
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
  const isLocked = async (userId: string): Promise<boolean> =>
    Lock.parse((await admin({ method: "GET", path: LOCK, id: userId })).body).disabled;

  return async (userId: string, password: string): Promise<boolean> => {
    const user = await findUser(admin, userId);
    if (!user) throw userNotFound();
    const refreshToken = await inTurn(userId, async () => signIn(user.username, password));
    if (refreshToken === undefined && user.enabled && (await isLocked(userId))) throw accountLocked();
    if (refreshToken === undefined) return false;
    await end(refreshToken);
    return true;
  };
}
