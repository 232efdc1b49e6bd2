import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError, Interceptor } from "@connectrpc/connect";
import { isRefusal, toConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";
import type { Logger } from "../log/logger.ts";
import { isDocumentedRefusal } from "./documented-refusals.ts";
import { methodName } from "./method-name.ts";
import { wrapStream } from "./wrap-stream.ts";

export interface ErrorOptions {
  /** Who refuses: `orders.animal-delivery`. */
  readonly domain: string;
  readonly log: Logger;
  /** Told of a refusal that the RPC's contract does not list, after it was logged. What it throws, the caller gets. */
  readonly onUndocumentedRefusal?: ((method: DescMethod, refusal: DomainError) => void) | undefined;
}

/** Turns whatever a handler throws into what its caller may see: a refusal of the contract, or `internal error`. */
export function errorInterceptor(options: ErrorOptions): Interceptor {
  return (next) => async (request) => {
    const rethrow = (error: unknown): never => {
      throw outwardError(error, request.method, options);
    };
    const response = await next(request).catch(rethrow);
    return response.stream ? wrapStream(response, { pull: (pull) => pull().catch(rethrow) }) : response;
  };
}

/**
 * The error a caller sees. A ConnectError that this process did not make for its caller is a neighbour's, whose text and
 * code mean nothing here: the module that called the neighbour translates it; what it forgot is hidden like any bug.
 */
export function outwardError(error: unknown, method: DescMethod, options: ErrorOptions): ConnectError {
  if (isRefusal(error)) return error;
  if (error instanceof DomainError) {
    if (!isDocumentedRefusal(method, error.reason)) reportUndocumented(method, error, options);
    return toConnectError(error, options.domain);
  }
  options.log.error("unhandled error", { rpc_method: methodName(method), err: error });
  return toConnectError(
    new DomainError("internal", "INTERNAL", "internal error", {}, { cause: error }),
    options.domain,
  );
}

function reportUndocumented(method: DescMethod, refusal: DomainError, options: ErrorOptions): void {
  options.log.warn("undocumented refusal", { rpc_method: methodName(method), reason: refusal.reason });
  options.onUndocumentedRefusal?.(method, refusal);
}
