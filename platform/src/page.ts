import { createHash } from "node:crypto";
import { DomainError } from "./errors.ts";

/** How many items a page holds when the request does not say. */
const PAGE_SIZE_DEFAULT = 50;

/** The length of a filters' fingerprint in characters of base64url. */
const FINGERPRINT_CHARS = 16;

/** The number of items to read: what was asked for, or 50. The contract's validation rules bound it from above. */
export function pageSize(requested: number): number {
  return requested === 0 ? PAGE_SIZE_DEFAULT : requested;
}

/**
 * The token of the page after `position`, the sort key of the last item given out. It is good for the same filters only.
 * Not a secret: whoever makes one up sees what their own predicate lets them see.
 */
export function encodePageToken(filters: unknown, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([fingerprintOf(filters), ...position])).toString("base64url");
}

/**
 * The position that a token stands for; undefined for the empty token, which is the first page.
 *
 * @throws {DomainError} invalid PAGE_TOKEN_INVALID when it was not made by this list with these filters.
 */
export function decodePageToken(token: string, filters: unknown): readonly string[] | undefined {
  if (token === "") return undefined;
  const [fingerprint, ...position] = partsOf(token);
  if (fingerprint !== fingerprintOf(filters)) throw pageTokenInvalid();
  return position;
}

function partsOf(token: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(parts) && parts.every((part) => typeof part === "string")) return parts;
  } catch {
    // Not JSON: the same refusal as any other text that is no token.
  }
  throw pageTokenInvalid();
}

function fingerprintOf(filters: unknown): string {
  const text = JSON.stringify(filters, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return createHash("sha256")
    .update(text ?? "")
    .digest("base64url")
    .slice(0, FINGERPRINT_CHARS);
}

function pageTokenInvalid(): DomainError {
  return new DomainError(
    "invalid",
    "PAGE_TOKEN_INVALID",
    "the page token was not made by this list with these filters",
  );
}
