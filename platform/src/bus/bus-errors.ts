import { DomainError } from "../errors.ts";

/** A record that no attempt will ever publish. */
export function recordTooLarge(bytes: number, max: number): DomainError {
  return new DomainError("tooLarge", "REQUEST_TOO_LARGE", `a record of ${bytes} bytes is over the limit of ${max}`);
}

/** A commit that came too late. */
export function partitionLost(topic: string, partition: number): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", "the partition belongs to another member now", {
    topic,
    partition: String(partition),
  });
}
