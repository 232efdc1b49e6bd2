/** The kinds of refusal. `error-codes.ts` gives each one its gRPC code, HTTP status and title. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "notFound"
  | "methodNotAllowed"
  | "alreadyExists"
  | "refused"
  | "stale"
  | "tooLarge"
  | "unsupportedMediaType"
  | "keyReused"
  | "exhausted"
  | "internal"
  | "unavailable"
  | "deadlineExceeded";

/**
 * A refusal that is part of the contract: it reaches the caller as it is. Anything else that is thrown is a bug, logged
 * and hidden behind `internal`.
 */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly kind: ErrorKind;
  /** UPPER_SNAKE_CASE; a value of an enum `Reason` of the contract without its prefix. */
  readonly reason: string;
  /** Facts for the caller's program, by name; never personal data. */
  readonly metadata: Readonly<Record<string, string>>;

  /** @param message one lower-case sentence for the caller's developer; never personal data, never the cause's text. */
  constructor(
    kind: ErrorKind,
    reason: string,
    message: string,
    metadata: Record<string, string> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.reason = reason;
    this.metadata = metadata;
  }
}
