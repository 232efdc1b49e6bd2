import { ConnectError } from "@connectrpc/connect";
import { fromConnectError } from "../error-codes.ts";
import type { DomainError } from "../errors.ts";

/** The refusal that a call through a client ends with, as its handler threw it. Fails when the call goes well. */
export async function refusalOf(call: Promise<unknown>): Promise<DomainError> {
  const error = await errorOf(call);
  return fromConnectError(error);
}

/** The error of a call through a client. Fails when the call goes well. */
export async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );
  if (!outcome) throw new Error("the call was expected to fail, but it went well");
  return outcome;
}
