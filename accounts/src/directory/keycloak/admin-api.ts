import { directoryAway, userNotFound } from "../directory-errors.ts";
import type { AdminToken } from "./admin-token.ts";
import type { Answer, Http } from "./http.ts";

/** A request to the administration API. */
export interface AdminRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the realm, `/users/{id}`. */
  readonly path: string;
  /** What stands for `{id}`. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Asks as our service account. Only what the caller lists in `expected` is answered; 404 for a user is, unless it is listed,
 * DomainError notFound USER_NOT_FOUND.
 *
 * @throws {DomainError} unavailable UNAVAILABLE.
 * @throws {Error} on every other answer: the realm is not as it must be.
 */
export type AdminApi = (request: AdminRequest, expected?: readonly number[]) => Promise<Answer>;

const USUAL = [200, 201, 204];

/** Keycloak answers 500 to whoever loses a race for the same row; asked again it sees what the winner did. */
const TRIES = 5;

export function openAdminApi(adminUrl: string, token: AdminToken, http: Http): AdminApi {
  const send = async ({ method, path, id = "", query = {}, body }: AdminRequest, bearer: string): Promise<Answer> => {
    // A URL would go up by them, encoded or not.
    if (id === "." || id === "..") throw userNotFound();
    const search = new URLSearchParams(query).toString();
    const url = adminUrl + path.replace("{id}", encodeURIComponent(id)) + (search && `?${search}`);
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return http(url, { method, headers, template: path, tries: TRIES, ...text });
  };
  /** A token that is refused was revoked, or its key is gone: a new one may be good. */
  const sendAsUs = async (request: AdminRequest): Promise<Answer> => {
    const first = await token.get();
    const answer = await send(request, first);
    if (answer.status !== 401) return answer;
    token.drop(first);
    return send(request, await token.get());
  };

  return async (request, expected = USUAL) => {
    const answer = await sendAsUs(request);
    if (expected.includes(answer.status)) return answer;
    if (isUserMissing(answer)) throw userNotFound();
    const fault = new Error(`Keycloak answered ${answer.status} to ${request.method} ${request.path}`);
    throw answer.status === 401 ? directoryAway(fault) : fault;
  };
}

/**
 * Whether an answer says that there is no such user.
 *
 * @throws {Error} on a 404 for another reason: there is no such realm, or path.
 */
export function isUserMissing({ status, body }: Answer): boolean {
  if (status !== 404) return false;
  if ((body as { error?: unknown } | undefined)?.error === "User not found") return true;
  throw new Error("Keycloak does not know the realm of KEYCLOAK_ADMIN_URL");
}
