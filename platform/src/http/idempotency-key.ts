import { InvalidRequest } from "./problem.ts";

/** Visible ASCII, as long as the services take it. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The metadata of an RPC for the header `Idempotency-Key`; empty without it.
 *
 * @throws {InvalidRequest} for a key that cannot be one.
 */
export function idempotencyMetadata({ headers }: Request): Record<string, string> {
  const key = headers.get("idempotency-key");
  if (key === null) return {};
  if (IDEMPOTENCY_KEY.test(key)) return { "idempotency-key": key };
  throw new InvalidRequest([{ field: "idempotency-key", message: "must be 1 to 255 visible ASCII characters" }]);
}
