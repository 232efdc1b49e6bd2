import { DomainError } from "./errors.ts";

// A page token is not signed: what somebody made up must not reach a statement as an error.

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const YEAR_10000_MS = Date.UTC(10_000);

/** A UUID in a page token. @throws {DomainError} invalid PAGE_TOKEN_INVALID. */
export function idAt(key: readonly string[], index: number): string {
  const id = textAt(key, index);
  if (UUID.test(id)) return id;
  throw pageTokenInvalid();
}

/** A time in a page token, in whole milliseconds. @throws {DomainError} invalid PAGE_TOKEN_INVALID. */
export function timeAt(key: readonly string[], index: number): Date {
  const ms = Number(digitsAt(key, index));
  if (ms < YEAR_10000_MS) return new Date(ms);
  throw pageTokenInvalid();
}

/** A whole number in a page token, as its digits: 18 at the most, which 64 bits hold. @throws {DomainError} as above. */
export function digitsAt(key: readonly string[], index: number): string {
  const digits = textAt(key, index);
  if (/^\d{1,18}$/.test(digits)) return digits;
  throw pageTokenInvalid();
}

/** A text in a page token. @throws {DomainError} as above. */
export function textAt(key: readonly string[], index: number): string {
  const text = key[index];
  if (text === undefined) throw pageTokenInvalid();
  return text;
}

/** The refusal of a token that the list with these filters did not give out. */
export function pageTokenInvalid(): DomainError {
  return new DomainError(
    "invalid",
    "PAGE_TOKEN_INVALID",
    "the page token was not made by this list with these filters",
  );
}
