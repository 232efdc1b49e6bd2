import { z } from "zod";
import { emailRefused, passwordRefused } from "../directory-errors.ts";
import type { Answer } from "./http.ts";

/** What Keycloak says is wrong with a user or a password. */
const Fault = z.object({ error: z.string().optional(), field: z.string().optional() }).catch({});

/** A password as the administration API takes it. */
export function credential(value: string) {
  return { type: "password", value, temporary: false };
}

/**
 * Looks into an answer of 400 or 409: unless it is for what was sent, it is for somebody else who has the address.
 *
 * @throws {DomainError} invalid PASSWORD_COMMON or REQUEST_INVALID.
 */
export function assertTaken({ body }: Answer): void {
  const { error, field } = Fault.parse(body);
  if (error?.startsWith("invalidPassword")) throw passwordRefused();
  if (field !== undefined) throw emailRefused();
}
