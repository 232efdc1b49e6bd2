import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@animal-delivery/contracts/gen/google/rpc/error_details_pb";
import { DomainError, type ErrorKind } from "./errors.ts";

/** What a kind of refusal is on the wire. */
export interface ErrorCode {
  readonly code: Code;
  /** HTTP. */
  readonly status: number;
  readonly title: string;
}

/** The one table of kinds: gRPC code, HTTP status, title of the problem. `refused` is 409 and not Connect's 400: ADR 0005. */
export const ERROR_CODES = {
  invalid: { code: Code.InvalidArgument, status: 400, title: "Invalid request" },
  unauthenticated: { code: Code.Unauthenticated, status: 401, title: "Not signed in" },
  forbidden: { code: Code.PermissionDenied, status: 403, title: "Not allowed" },
  notFound: { code: Code.NotFound, status: 404, title: "Not found" },
  methodNotAllowed: { code: Code.Unimplemented, status: 405, title: "Method not allowed" },
  alreadyExists: { code: Code.AlreadyExists, status: 409, title: "Already exists" },
  refused: { code: Code.FailedPrecondition, status: 409, title: "Refused in this state" },
  // AIP-154: an etag that is not the current one is ABORTED.
  stale: { code: Code.Aborted, status: 412, title: "Changed meanwhile" },
  tooLarge: { code: Code.ResourceExhausted, status: 413, title: "Too large" },
  unsupportedMediaType: { code: Code.InvalidArgument, status: 415, title: "Media type not supported" },
  keyReused: { code: Code.InvalidArgument, status: 422, title: "Idempotency key used before" },
  exhausted: { code: Code.ResourceExhausted, status: 429, title: "Limit reached" },
  internal: { code: Code.Internal, status: 500, title: "Internal error" },
  unavailable: { code: Code.Unavailable, status: 503, title: "Try again later" },
  deadlineExceeded: { code: Code.DeadlineExceeded, status: 504, title: "Out of time" },
} as const satisfies Record<ErrorKind, ErrorCode>;

/** The metadata that carries the kind, since several kinds share a code. */
const KIND_HEADER = "error-kind";

const refusals = new WeakSet<Error>();

/**
 * A refusal as it goes over the wire: its code, its text and a google.rpc.ErrorInfo (AIP-193). The cause stays here.
 *
 * @param domain who refuses: `orders.animal-delivery`.
 */
export function toConnectError(error: DomainError, domain: string): ConnectError {
  const info = { reason: error.reason, domain, metadata: { ...error.metadata } };
  const metadata = { [KIND_HEADER]: error.kind };
  const details = [{ desc: ErrorInfoSchema, value: info }];
  const refusal = new ConnectError(error.message, ERROR_CODES[error.kind].code, metadata, details, error);
  refusals.add(refusal);
  return refusal;
}

/** The error of a call whose caller gave up: nobody is there to read it. */
export function canceledError(): ConnectError {
  const error = new ConnectError("the caller gave up", Code.Canceled);
  refusals.add(error);
  return error;
}

/** Whether this process made the error for the caller (by the functions above), so that it may go to the caller as it is. */
export function isRefusal(error: unknown): error is ConnectError {
  return error instanceof Error && refusals.has(error);
}

/**
 * The refusal that a neighbour's answer carries, exactly as it was thrown there. An error without ErrorInfo is the
 * transport's own, whose text names hosts and ports: it becomes a plain `unavailable`, `deadlineExceeded`, and so on.
 */
export function fromConnectError(error: ConnectError): DomainError {
  const info = error.findDetails(ErrorInfoSchema)[0];
  if (!info?.reason) return fromTransport(error);
  return new DomainError(kindOf(error), info.reason, error.rawMessage, info.metadata, { cause: error });
}

/** The same for whatever a call through a client ended with. */
export function fromCallError(error: unknown): DomainError {
  return fromConnectError(ConnectError.from(error));
}

function kindOf(error: ConnectError): ErrorKind {
  const sent = error.metadata.get(KIND_HEADER);
  if (sent !== null && Object.hasOwn(ERROR_CODES, sent)) return sent as ErrorKind;
  const kinds = Object.keys(ERROR_CODES) as ErrorKind[];
  return kinds.find((kind) => ERROR_CODES[kind].code === error.code) ?? "internal";
}

function fromTransport(error: ConnectError): DomainError {
  const options = { cause: error };
  switch (error.code) {
    case Code.DeadlineExceeded:
      return new DomainError("deadlineExceeded", "DEADLINE_EXCEEDED", "the time for the call is over", {}, options);
    case Code.InvalidArgument:
      return new DomainError("invalid", "REQUEST_INVALID", "the request could not be read", {}, options);
    case Code.ResourceExhausted:
      return new DomainError("tooLarge", "REQUEST_TOO_LARGE", "the request is larger than the limit", {}, options);
    case Code.Unimplemented:
      return new DomainError("internal", "INTERNAL", "internal error", {}, options);
    default:
      return new DomainError("unavailable", "UNAVAILABLE", "a part of the platform is not available", {}, options);
  }
}
