import {
  createConnectRouter,
  type ConnectRouter,
  type ContextValues,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createUniversalHandlerClient, type UniversalHandler } from "@connectrpc/connect/protocol";
import { createTransport } from "@connectrpc/connect/protocol-connect";
import { currentContext } from "../request-context.ts";
import { traceHeaders } from "../telemetry/propagation.ts";
import { MESSAGE_BYTES_MAX } from "./limits.ts";
import { routerOptions, type ServedCallOptions } from "./router-options.ts";

/**
 * Calls a service of this very process as callers over the network do, through its gate, interceptors and limits: for another
 * face of the same service. Context values of a call reach the gate; trace and ids of the work at hand go along.
 *
 * @param draining aborts when streams must end.
 */
export function localTransport(
  routes: (router: ConnectRouter) => void,
  options: ServedCallOptions,
  draining: AbortSignal,
): Transport {
  const router = createConnectRouter({ ...routerOptions(options, draining), connect: true });
  routes(router);
  /** By the headers of the call, which are all that the two sides have in common. */
  const values = new WeakMap<Headers, ContextValues>();
  return createTransport({
    httpClient: createUniversalHandlerClient(router.handlers.map((handler) => withValues(handler, values))),
    baseUrl: "https://in-memory",
    useBinaryFormat: true,
    interceptors: [carry(values)],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
  });
}

function carry(values: WeakMap<Headers, ContextValues>): Interceptor {
  return (next) => async (request) => {
    values.set(request.header, request.contextValues);
    const context = currentContext();
    const ids = context && {
      ...traceHeaders(context.trace),
      "x-request-id": context.requestId,
      "x-correlation-id": context.correlationId,
    };
    for (const [name, value] of Object.entries(ids ?? {})) request.header.set(name, value);
    return next(request);
  };
}

function withValues(handler: UniversalHandler, values: WeakMap<Headers, ContextValues>): UniversalHandler {
  const contextValuesOf = (header: Headers) => {
    const found = values.get(header);
    return found && { contextValues: found };
  };
  return Object.assign(
    async (request: Parameters<UniversalHandler>[0]) => handler({ ...request, ...contextValuesOf(request.header) }),
    handler,
  );
}
