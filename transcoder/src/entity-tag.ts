import { invalidRequest } from "./transcoding-error.ts";

/** None of ours is empty, and an empty one would pass for no precondition at all. */
const ENTITY_TAG = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]+)"$/;
/** The etag as it stands in JSON, sent by a client that did not add the quotes. */
const BARE_TAG = /^[\w.~+/=-]+$/;

/** An etag as the header has it: in quotes. */
export function entityTag(etag: string): string {
  return `"${etag}"`;
}

/**
 * The etag inside an `If-Match` header, without quotes; empty for `*`, which any state matches. A weak tag counts as strong:
 * proxies that compress weaken the tags they pass.
 *
 * A tag without quotes is taken as it is.
 *
 * @throws {TranscodingError} invalid for a list of tags and for what is no tag.
 */
export function etagOfIfMatch(header: string): string {
  const text = header.trim();
  if (text === "*") return "";
  const etag = ENTITY_TAG.exec(text)?.[1] ?? BARE_TAG.exec(text)?.[0];
  if (etag === undefined) throw invalidRequest([{ field: "etag", message: 'If-Match must be one tag in quotes: "…"' }]);
  return etag;
}

/** Whether an `If-None-Match` header names the etag. */
export function ifNoneMatchHas(header: string, etag: string): boolean {
  return header.split(",").some((tag) => tag.trim() === "*" || ENTITY_TAG.exec(tag.trim())?.[1] === etag);
}
