import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener, type HttpBindings, RequestError } from "@hono/node-server";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { faultOf, parserProblem, type ParserFault, rawAnswer } from "./parser-problem.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Plain HTTP when undefined. */
  readonly https?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Where the world reaches the gateway. */
  readonly origin: string;
  readonly fetch: (request: Request, env: Partial<HttpBindings>) => Response | Promise<Response>;
  readonly onParserFault?: (fault: ParserFault) => void;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections, lets requests finish, and cuts those that are not done after `drainMs`. */
  close(drainMs: number): Promise<void>;
}

const LIMITS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  // Longer than the idle time of the usual load balancers (60 s), or they would send into a connection that just closed.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16_384,
  connectionsCheckingInterval: 1_000,
  // Node would answer without a body; the listener looks at the host itself.
  requireHostHeader: false,
};
const REQUESTS_PER_SOCKET_MAX = 1_000;
const CONNECTIONS_MAX = 10_000;
const IDLE_CHECK_MS = 50;

/** Serves HTTP/1.1 with limits on everything, and answers also what the parser refuses with a problem document. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  /** What each connection was asked last: its answer may still be on the way when the parser fails. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const listener = createListener(options, answers);
  const { server, stopWatching } = createNodeServer(options, listener);
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX;
  server.maxConnections = CONNECTIONS_MAX;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const last = answers.get(socket);
    const inMiddle = last !== undefined && last.headersSent && !last.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable || inMiddle) socket.destroy();
    else {
      const fault = faultOf(error);
      options.onParserFault?.(fault);
      socket.end(rawAnswer(parserProblem(fault, options.origin)));
    }
  });
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) =>
    answer(response, "expectation", options),
  );
  server.listen(options.port, options.host);
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    async close(drainMs) {
      stopWatching();
      const closed = once(server, "close");
      server.close();
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createListener(options: HttpServerOptions, answers: WeakMap<Socket, ServerResponse>): Listener {
  const listener = getRequestListener((request, env) => options.fetch(request, env as HttpBindings), {
    errorHandler: (error) => {
      const fault = error instanceof RequestError ? "host" : "broken";
      options.onParserFault?.(fault);
      const { status, headers, body } = parserProblem(fault, options.origin);
      return new Response(body, { status, headers });
    },
  });
  return (request, response) => {
    answers.set(request.socket, response);
    // `OPTIONS *` asks about the server itself and has no path that a route could match.
    if (request.url === "*" && request.method === "OPTIONS") {
      response.writeHead(204, { allow: "GET, HEAD, POST, PATCH, DELETE, OPTIONS" }).end();
    } else if (request.headers.host === undefined && request.httpVersion === "1.1") answer(response, "host", options);
    else void listener(request, response);
  };
}

function createNodeServer(
  { https }: HttpServerOptions,
  listener: Listener,
): { server: Server; stopWatching: () => void } {
  if (!https) return { server: createServer(LIMITS, listener), stopWatching: () => undefined };
  // The public side has no client certificates; the file of authorities is the chain itself.
  const material = watchTls({ ...https, caFile: https.certFile });
  const { cert, key } = material.current();
  const server = createTlsServer({ ...LIMITS, cert, key, minVersion: "TLSv1.2" }, listener);
  material.onChange((keys) => server.setSecureContext({ cert: keys.cert, key: keys.key, minVersion: "TLSv1.2" }));
  return { server, stopWatching: () => material[Symbol.dispose]() };
}

function answer(response: ServerResponse, fault: ParserFault, { origin, onParserFault }: HttpServerOptions): void {
  onParserFault?.(fault);
  const { status, headers, body } = parserProblem(fault, origin);
  response.writeHead(status, headers).end(body);
}
