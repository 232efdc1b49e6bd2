import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener, type HttpBindings, RequestError } from "@hono/node-server";
import { listenAt } from "../service/listen-at.ts";
import { type TlsKeys, watchTls } from "../tls/watch-tls.ts";
import { faultOf, parserProblem, type ParserFault, rawAnswer } from "./parser-problem.ts";

export interface HttpServerOptions {
  /** `localhost` stands for both loopback addresses: a client may try either. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Plain HTTP when undefined. */
  readonly https?: HttpsFiles | undefined;
  /** Where the world reaches the server; asked when there is something to answer, when the port is known. */
  readonly origin: () => string;
  readonly fetch: (request: Request, env: Partial<HttpBindings>) => Response | Promise<Response>;
  readonly onParserFault?: (fault: ParserFault) => void;
}

export interface HttpsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority whose certificate callers must show; they need none when undefined. */
  readonly clientCaFile?: string | undefined;
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
  const servers = await listenAt(options.host, options.port, async (host, port) => {
    const server = await listen({ ...options, host, port });
    return { ...server, abandon: async () => server.close(0) };
  });
  let closed: Promise<unknown> | undefined;
  return {
    port: servers[0].port,
    async close(drainMs) {
      closed ??= Promise.all(servers.map(async (server) => server.close(drainMs)));
      await closed;
    },
  };
}

async function listen(options: HttpServerOptions): Promise<HttpServer> {
  const { server, stopWatching } = createNodeServer(options);
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

/** Answers what the parser refuses, after the answers to the requests before it on the same connection. */
function onClientError(server: Server, answers: WeakMap<Socket, ServerResponse>, options: HttpServerOptions): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const tell = (): void => {
      const fault = faultOf(error);
      options.onParserFault?.(fault);
      socket.end(rawAnswer(parserProblem(fault, options.origin())));
    };
    const last = answers.get(socket);
    const underWay = last !== undefined && !last.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else if (!underWay) tell();
    else if (last.req.complete) last.once("finish", tell);
    // The fault is in the body of a request whose answer has begun: nothing more can be said.
    else if (last.headersSent) socket.destroy();
    else tell();
  });
  // This is no proxy; without a listener Node would close the connection without a word.
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    options.onParserFault?.("malformed");
    socket.end(rawAnswer(parserProblem("malformed", options.origin())));
  });
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) =>
    answer(response, "expectation", options),
  );
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createListener(options: HttpServerOptions, answers: WeakMap<Socket, ServerResponse>): Listener {
  const listener = getRequestListener((request, env) => options.fetch(request, env as HttpBindings), {
    // For HTTP/1.0, which may come without a Host.
    hostname: "localhost",
    errorHandler: (error) => {
      const fault = error instanceof RequestError ? "host" : "broken";
      options.onParserFault?.(fault);
      const { status, headers, body } = parserProblem(fault, options.origin());
      return new Response(body, { status, headers });
    },
  });
  const counts = new WeakMap<Socket, number>();
  return (request, response) => {
    answers.set(request.socket, response);
    const count = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, count);
    // Node's own limit would tell the client and then answer 503, without a body, to one that goes on.
    if (count >= REQUESTS_PER_SOCKET_MAX) response.shouldKeepAlive = false;
    // `OPTIONS *` asks about the server itself and has no path that a route could match.
    if (request.url === "*" && request.method === "OPTIONS") {
      response.writeHead(204, { allow: "GET, HEAD, POST, PATCH, DELETE, OPTIONS" }).end();
    } else if (!hasFitHost(request)) answer(response, "host", options);
    else void listener(request, response);
  };
}

/** RFC 9112, 3.2: HTTP/1.1 names one host. Of several, Node keeps the first, and a proxy in front may have gone by another. */
function hasFitHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === "host").length;
  return hosts === 1 || (hosts === 0 && httpVersion !== "1.1");
}

function createNodeServer(options: HttpServerOptions): { server: Server; stopWatching: () => void } {
  /** What each connection was asked last: its answer may still be on the way when the parser fails. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const { server, stopWatching } = bareServer(options.https, createListener(options, answers));
  server.maxConnections = CONNECTIONS_MAX;
  onClientError(server, answers, options);
  return { server, stopWatching };
}

function bareServer(
  https: HttpServerOptions["https"],
  listener: Listener,
): { server: Server; stopWatching: () => void } {
  if (!https) return { server: createServer(LIMITS, listener), stopWatching: () => undefined };
  const { certFile, keyFile, clientCaFile } = https;
  // Whoever asks for no client certificates trusts no authority: the file of authorities is the chain itself.
  const material = watchTls({ certFile, keyFile, caFile: clientCaFile ?? certFile });
  const secure = (keys: TlsKeys) => (clientCaFile === undefined ? publicKeys(keys) : mutualKeys(keys));
  const server = createTlsServer({ ...LIMITS, ...secure(material.current()) }, listener);
  material.onChange((keys) => server.setSecureContext(secure(keys)));
  return { server, stopWatching: () => material[Symbol.dispose]() };
}

function publicKeys({ cert, key }: TlsKeys) {
  return { cert, key, minVersion: "TLSv1.2" as const };
}

function mutualKeys(keys: TlsKeys) {
  return { ...publicKeys(keys), ca: keys.ca, requestCert: true, rejectUnauthorized: true };
}

function answer(response: ServerResponse, fault: ParserFault, { origin, onParserFault }: HttpServerOptions): void {
  onParserFault?.(fault);
  const { status, headers, body } = parserProblem(fault, origin());
  response.writeHead(status, headers).end(body);
}
