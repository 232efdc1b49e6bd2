import { DomainError } from "@animal-delivery/platform/errors";

/** Whether this is a refusal for one of these reasons. */
export function isRefusedFor(error: unknown, ...reasons: readonly string[]): boolean {
  return error instanceof DomainError && reasons.includes(error.reason);
}

/** The refusal of somebody who did something too often. */
export function rateLimited(): DomainError {
  return new DomainError("exhausted", "RATE_LIMITED", "this was asked for too often within an hour");
}

/** The refusal of what another try may find possible. */
export function unavailable(message: string): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", message);
}
