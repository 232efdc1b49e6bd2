import { DomainError } from "@animal-delivery/platform/errors";

/** Whether a part of a page token is a time in milliseconds. */
export function isMoment(part: string): boolean {
  return /^\d{1,13}$/.test(part);
}

/** The refusal of a token whose position no list of ours gave out. */
export function pageTokenInvalid(): DomainError {
  return new DomainError("invalid", "PAGE_TOKEN_INVALID", "the page token was not made by this list");
}
