import { createHash } from "node:crypto";
import { pageTokenInvalid } from "./page-position.ts";
import { partsOf, tokenOf } from "./token-parts.ts";

/** How many items a page holds when the request does not say. */
const PAGE_SIZE_DEFAULT = 50;

/** The length of a filters' fingerprint in characters of base64url. */
const FINGERPRINT_CHARS = 16;

/** How a list is read page by page: T is an item, P the position after which a page begins. */
export interface PagedList<T, P> {
  /** What the request asks for: a page token is good for the same filters only. */
  readonly filters: unknown;
  /** The position that a key stands for, as `keyOf` made it. Anybody can make one up: read it by `idAt`, `timeAt` and their like. */
  readonly positionOf: (key: readonly string[]) => P;
  /** Reads at most `limit` items after the position, from the beginning without one. */
  readonly read: (after: P | undefined, limit: number) => Promise<readonly T[]>;
  /** The sort key of an item, which the token of the next page is made of. */
  readonly keyOf: (item: T) => readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/**
 * Reads the page that a request asks for; one item more is read, to know whether there is another page. The contract's
 * validation rules bound the size from above.
 *
 * @throws {DomainError} invalid PAGE_TOKEN_INVALID when the token was not made by this list with these filters.
 */
export async function readPage<T, P>(
  request: { readonly pageSize: number; readonly pageToken: string },
  { filters, positionOf, read, keyOf }: PagedList<T, P>,
): Promise<Page<T>> {
  const size = request.pageSize === 0 ? PAGE_SIZE_DEFAULT : request.pageSize;
  const key = decodePageToken(request.pageToken, filters);
  const found = await read(key && positionOf(key), size + 1);
  const items = found.slice(0, size);
  const last = found.length > size ? items.at(-1) : undefined;
  return { items, nextPageToken: last === undefined ? "" : encodePageToken(filters, keyOf(last)) };
}

/**
 * The token of the page after `position`, the sort key of the last item given out. It is good for the same filters only.
 * Not a secret: whoever makes one up sees what their own predicate lets them see.
 */
function encodePageToken(filters: unknown, position: readonly string[]): string {
  return tokenOf([fingerprintOf(filters), ...position]);
}

/**
 * The position that a token stands for; undefined for the empty token, which is the first page.
 *
 * @throws {DomainError} invalid PAGE_TOKEN_INVALID when it was not made by this list with these filters.
 */
function decodePageToken(token: string, filters: unknown): readonly string[] | undefined {
  if (token === "") return undefined;
  const [fingerprint, ...position] = partsOf(token) ?? [];
  if (fingerprint !== fingerprintOf(filters)) throw pageTokenInvalid();
  return position;
}

function fingerprintOf(filters: unknown): string {
  const text = JSON.stringify(filters, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return createHash("sha256")
    .update(text ?? "")
    .digest("base64url")
    .slice(0, FINGERPRINT_CHARS);
}
