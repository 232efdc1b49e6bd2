import { ViolationsSchema, type FieldPath } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@animal-delivery/contracts/gen/google/rpc/error_details_pb";
import { REASONS } from "@animal-delivery/contracts/gen/reasons";
import { ERROR_CODES, fromConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";
import { peerOfPackage } from "../rpc/peer-of.ts";
import { TranscodingError, type Violation } from "@animal-delivery/transcoder/transcoding-error";

/** A refusal as it is answered over HTTP, before it is written down. */
export interface Refusal {
  readonly error: DomainError;
  /** The service that refused: `orders`; the HTTP server itself unless given. */
  readonly service?: string | undefined;
  readonly violations: readonly Violation[];
  readonly headers: Readonly<Record<string, string>>;
}

/** An error document, RFC 9457. Facts that belong to the reason stand beside these members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly reason: string;
  readonly request_id: string;
  readonly errors?: readonly Violation[];
  readonly [fact: string]: unknown;
}

/** An answer to a request with fields that break a rule, for handlers that read a body of their own. */
export class InvalidRequest extends DomainError {
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    super("invalid", "REQUEST_INVALID", "the request breaks a rule of the contract");
    this.violations = violations;
  }
}

/** What a caller may know of an error; undefined when the answer is that something broke here. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof InvalidRequest) return { error, violations: error.violations, headers: {} };
  if (error instanceof DomainError) return { error, violations: [], headers: {} };
  if (error instanceof TranscodingError) {
    const { kind, reason, message, violations, headers } = error;
    return { error: new DomainError(kind, reason, message), violations, headers };
  }
  if (error instanceof ConnectError) {
    const refusal = fromConnectError(error);
    return { error: refusal, service: serviceOf(error), violations: violationsOf(error), headers: {} };
  }
  return undefined;
}

/** The refusal of whatever broke here: its text is for the log alone. */
export function internalRefusal(cause: unknown): Refusal {
  const error = new DomainError("internal", "INTERNAL", "something broke on this side", {}, { cause });
  return { error, violations: [], headers: {} };
}

const PATHS = new Map(
  REASONS.map(({ reason, domain, slug }) => [`${peerOfPackage(domain)} ${reason}`, `/problems/${domain}/${slug}`]),
);

/**
 * Where a reason is explained: `/problems/orders/order-not-found`. Services may have reasons of one name, so a reason is
 * looked up among those of the service that refused, then among those that all have.
 */
export function problemPath(reason: string, service = "common"): string {
  return PATHS.get(`${service} ${reason}`) ?? PATHS.get(`common ${reason}`) ?? PATHS.get("common INTERNAL") ?? "";
}

export interface ProblemPlace {
  readonly origin: string;
  /** The path that was asked for, without its query. */
  readonly path: string;
  readonly requestId: string;
}

export function problemOf({ error, service, violations }: Refusal, { origin, path, requestId }: ProblemPlace): Problem {
  const { status, title } = ERROR_CODES[error.kind];
  const members = {
    type: origin + problemPath(error.reason, service),
    title,
    status,
    detail: error.message,
    instance: path,
    reason: error.reason,
    request_id: requestId,
    ...(violations.length > 0 && { errors: violations }),
  };
  // A fact may have any name, but not take the place of a member.
  return { ...members, ...error.metadata, ...members };
}

/** `orders` of the ErrorInfo's domain `orders.animal-delivery`. */
function serviceOf(error: ConnectError): string | undefined {
  return error.findDetails(ErrorInfoSchema)[0]?.domain.split(".")[0];
}

function violationsOf(error: ConnectError): Violation[] {
  return error
    .findDetails(ViolationsSchema)
    .flatMap(({ violations }) => violations)
    .map(({ field, message }) => ({ field: pathOf(field), message }));
}

/** `items[0].quantity`, in the names of the proto. */
function pathOf(field: FieldPath | undefined): string {
  const parts = (field?.elements ?? []).map(({ fieldName, subscript }) => {
    if (subscript.case === undefined) return fieldName;
    return `${fieldName}[${typeof subscript.value === "string" ? JSON.stringify(subscript.value) : String(subscript.value)}]`;
  });
  return parts.join(".");
}
