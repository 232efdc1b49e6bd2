import { z } from "zod";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import { DomainError } from "@animal-delivery/platform/errors";
import { InvalidRequest } from "@animal-delivery/platform/http/problem";

/** What a provider sends the browser back with after a login that worked. */
export interface LoginAnswer {
  readonly code: string;
  readonly state: string;
  /** RFC 9207: whose answer it is; undefined when the provider does not say. */
  readonly issuer: string | undefined;
}

/** RFC 6749, A.11 and A.5: visible ASCII and spaces. */
const text = z
  .string()
  .min(1)
  .max(2_048)
  .regex(/^[\x20-\x7e]*$/, "must be visible ASCII");
const Answer = z.object({ code: text, state: text, iss: text.optional() });

/** RFC 6749, 4.1.2.1: how a provider says by a redirect what it would say by a status of 5xx. */
const PROVIDER_FAULTS = new Set(["server_error", "temporarily_unavailable"]);

/**
 * Reads the callback's parameters. They come through the browser, so whatever is wrong with them is the caller's fault.
 *
 * @throws {InvalidRequest} naming each parameter; {DomainError} unauthenticated TOKEN_INVALID when the provider said no,
 *   unavailable when it said that it cannot.
 */
export function loginAnswer(parameters: URLSearchParams): LoginAnswer {
  for (const name of ["code", "state", "iss", "error"]) {
    if (parameters.getAll(name).length > 1) throw new InvalidRequest([{ field: name, message: "must stand once" }]);
  }
  const error = parameters.get("error");
  if (error !== null) throw refusalOf(error);
  const { success, data, error: faults } = Answer.safeParse(Object.fromEntries(parameters));
  if (success) return { code: data.code, state: data.state, issuer: data.iss };
  throw new InvalidRequest(
    faults.issues.map(({ path, message }) => ({ field: path.join("."), message: message.toLowerCase() })),
  );
}

function refusalOf(error: string): DomainError {
  if (!PROVIDER_FAULTS.has(error)) return tokenInvalid("the identity provider refused the sign-in");
  return new DomainError("unavailable", "UNAVAILABLE", "the identity provider cannot sign anybody in now");
}
