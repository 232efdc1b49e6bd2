import { DomainError } from "@animal-delivery/platform/errors";

/** The HTTP status of a request that failed by no fault of its own: the database is away, or this is a bug. */
export function statusOf(error: unknown): 500 | 503 {
  return error instanceof DomainError && error.kind === "unavailable" ? 503 : 500;
}
