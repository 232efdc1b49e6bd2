import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import type { Caller } from "../access/caller.ts";
import { fromConnectError, isRefusal } from "../error-codes.ts";
import type { Logger } from "../log/logger.ts";
import { redact } from "../log/redact.ts";
import { codeName, FAULT_CODES } from "./code-name.ts";
import { grantKey } from "./grant.ts";
import { isInfrastructure } from "./infrastructure.ts";
import { methodName } from "./method-name.ts";
import { observeCalls } from "./observe-call.ts";

/** One line for each call, and its answer, redacted, at debug level. */
export function logInterceptor(log: Logger): Interceptor {
  return observeCalls((request) => {
    const { method } = request;
    return ({ error, durationMs, response }) => {
      const caller = request.contextValues.get(grantKey)?.caller;
      logServedCall(log, { method, caller, error, durationMs });
      if (response)
        log.debug("rpc response", { rpc_method: methodName(method), response: lazily(method.output, response) });
    };
  });
}

/**
 * A line with the request, redacted, at debug level. It belongs behind the validation: in a request that breaks a rule, a person's
 * name may stand where the contract expects a country.
 */
export function logRequestInterceptor(log: Logger): Interceptor {
  return (next) => async (request) => {
    const { method } = request;
    if (!request.stream)
      log.debug("rpc request", { rpc_method: methodName(method), request: lazily(method.input, request.message) });
    return next(request);
  };
}

export interface ServedCall {
  readonly method: DescMethod;
  readonly caller: Caller | undefined;
  readonly error: unknown;
  readonly durationMs: number;
}

/** The line of one call: a warning when the fault was this side's; quiet for health checks. */
export function logServedCall(log: Logger, { method, caller, error, durationMs }: ServedCall): void {
  const code = codeName(error);
  const fields = {
    rpc_method: methodName(method),
    rpc_code: code,
    ...(isRefusal(error) && { reason: fromConnectError(error).reason }),
    duration_ms: Math.round(durationMs * 10) / 10,
    ...(caller && { caller: caller.actor }),
    ...(caller?.peer && { peer: caller.peer }),
  };
  if (FAULT_CODES.has(code)) log.warn("rpc served", fields);
  else if (isInfrastructure(method)) log.debug("rpc served", fields);
  else log.info("rpc served", fields);
}

/** Redacts only when the line is written at all. */
function lazily(schema: DescMethod["input"], message: unknown): { toJSON(): unknown } {
  return { toJSON: () => redact(schema, message as Message) };
}
