import { DomainError } from "@animal-delivery/platform/errors";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id out of a page token, which anybody can make up. @throws {DomainError} invalid PAGE_TOKEN_INVALID. */
export function idAt(position: readonly string[], index: number): string {
  const id = position[index] ?? "";
  if (UUID.test(id)) return id;
  throw pageTokenInvalid();
}

/** A time out of a page token, which anybody can make up. @throws {DomainError} invalid PAGE_TOKEN_INVALID. */
export function timeAt(position: readonly string[], index: number): Date {
  const ms = Number(position[index] || Number.NaN);
  if (Number.isInteger(ms) && ms >= 0 && ms < YEAR_10000_MS) return new Date(ms);
  throw pageTokenInvalid();
}

const YEAR_10000_MS = Date.UTC(10_000);

function pageTokenInvalid(): DomainError {
  return new DomainError("invalid", "PAGE_TOKEN_INVALID", "the page token was not made by this list");
}
