/** One thing that is wrong with a request. */
export interface Violation {
  /** Where: the path of the request message's field in the names of the proto, `product.animal.breed`, `items[0].quantity`. */
  readonly field: string;
  /** What it must be. */
  readonly message: string;
}

/** Why a request could not be turned into a call, with the reason that stands for it in the answer. */
const REASONS = {
  invalid: "REQUEST_INVALID",
  notFound: "ROUTE_NOT_FOUND",
  methodNotAllowed: "METHOD_NOT_ALLOWED",
  tooLarge: "REQUEST_TOO_LARGE",
  unsupportedMediaType: "MEDIA_TYPE_UNSUPPORTED",
} as const;

export type TranscodingErrorKind = keyof typeof REASONS;

/** A request that is refused before any RPC: the embedding server maps `kind` to its status and its document. */
export class TranscodingError extends Error {
  override readonly name = "TranscodingError";
  readonly kind: TranscodingErrorKind;
  readonly reason: (typeof REASONS)[TranscodingErrorKind];
  readonly violations: readonly Violation[];
  /** Headers that belong to the answer: `allow` of methodNotAllowed, `accept` of unsupportedMediaType. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: TranscodingErrorKind,
    message: string,
    { violations = [], headers = {} }: { violations?: readonly Violation[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.kind = kind;
    this.reason = REASONS[kind];
    this.violations = violations;
    this.headers = headers;
  }
}

/** The refusal of a request whose fields break a rule. */
export function invalidRequest(violations: readonly Violation[]): TranscodingError {
  return new TranscodingError("invalid", "the request breaks a rule of the contract", { violations });
}
