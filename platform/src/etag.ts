import { DomainError } from "./errors.ts";

/** The etag of a resource in this version. Opaque to callers, without the quotes of HTTP. */
export function etagOf(version: bigint): string {
  return `v${version}`;
}

/**
 * Lets a change through when the caller saw the current state, or does not care: an empty `given` passes.
 *
 * @throws {DomainError} stale ETAG_STALE when the resource changed since.
 */
export function assertEtag(given: string, current: string): void {
  if (given === "" || given === current) return;
  throw new DomainError("stale", "ETAG_STALE", "the resource changed since it was read", { current });
}
