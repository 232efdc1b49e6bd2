import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createConnectRouter, type ConnectRouter, type ConnectRouterOptions } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { Logger } from "../log/logger.ts";
import { contextWithPeer } from "./peer.ts";

/**
 * Hands HTTP/2 requests to the routes. Does what `connectNodeAdapter` does, but tells broken connections to the log and
 * not to the console, and survives a request without an authority, for which the adapter throws past its caller.
 */
export function requestListener(
  routes: (router: ConnectRouter) => void,
  options: ConnectRouterOptions,
  log: Logger,
): (request: Http2ServerRequest, response: Http2ServerResponse) => void {
  const router = createConnectRouter(options);
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request, response) => {
    const handler = handlers.get(request.url.split("?", 1)[0] ?? "");
    if (handler) {
      // A caller that leaves in the middle of an answer is no fault of this side; its handler is told by its signal.
      answer(handler, request, response).catch((err: unknown) => log.debug("rpc connection broke", { err }));
    } else {
      response.writeHead(404).end();
    }
  };
}

async function answer(
  handler: UniversalHandler,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const incoming = universalRequestFromNodeRequest(request, response, undefined, contextWithPeer(request));
  await universalResponseToNodeResponse(await handler(incoming), response);
}
