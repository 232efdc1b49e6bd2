import { DomainError } from "@animal-delivery/platform/errors";
import { partsOf, tokenOf } from "@animal-delivery/platform/token-parts";

/** The token of what comes after a user, in a stream with these filters. */
export function resumeTokenOf(filters: readonly string[], userId: string): string {
  return tokenOf([...filters, userId]);
}

/**
 * The user after whom a stream with these filters goes on; empty for the empty token, which is the beginning.
 *
 * @throws {DomainError} invalid RESUME_TOKEN_INVALID.
 */
export function resumeAfter(filters: readonly string[], token: string): string {
  if (token === "") return "";
  const parts = partsOf(token) ?? [];
  const userId = parts.at(-1);
  // Postgres takes no U+0000; no user has one in their id.
  const isOurs = parts.length === filters.length + 1 && filters.every((filter, index) => filter === parts[index]);
  if (isOurs && userId !== undefined && !userId.includes("\0")) return userId;
  throw resumeTokenInvalid();
}

function resumeTokenInvalid(): DomainError {
  return new DomainError("invalid", "RESUME_TOKEN_INVALID", "the resume token was not given out by this stream");
}
