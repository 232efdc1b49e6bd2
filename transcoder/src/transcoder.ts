import type { DescMethodServerStreaming, DescMethodUnary, DescService, Message, Registry } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { ContextValues, Transport } from "@connectrpc/connect";
import { eventStream, eventStreamHead, type ServerSentEvent } from "./event-stream.ts";
import { readJsonBody } from "./read-body.ts";
import { readRequest } from "./read-request.ts";
import { type Route, routesOf } from "./route.ts";
import { createRouteTable, type Lookup, type RouteTable } from "./route-table.ts";
import { TranscodingError } from "./transcoding-error.ts";
import { jsonOf, textOf, writeResponse } from "./write-response.ts";

/** What goes along with an admitted call. */
export interface Admission {
  /** Metadata of the RPC. */
  readonly headers?: HeadersInit;
  /** The RPC's deadline from now; none unless given. */
  readonly timeoutMs?: number;
  readonly contextValues?: ContextValues;
}

/** `C` is whatever the embedding server wants to have at hand for one request. */
export interface TranscoderOptions<C> {
  readonly services: readonly DescService[];
  /** Where a service is reached; asked once per service. */
  readonly transport: (service: DescService) => Transport;
  readonly bodyBytesMax: number;
  /** Lets a call through or throws. Runs when the route is known and before the body is read. */
  readonly admit: (route: Route, request: Request, context: C) => Promise<Admission> | Admission;
  /** Turns whatever was thrown (TranscodingError, ConnectError, `admit`'s own errors) into the answer. */
  readonly problem: (error: unknown, request: Request, context: C) => Response;
  /** For `google.protobuf.Any`. */
  readonly registry?: Registry;
  /** Between comments on a quiet event stream; 15 s unless given. */
  readonly heartbeatMs?: number;
  /** How long an event stream's headers wait for its first event; 1 s unless given. */
  readonly firstEventWaitMs?: number;
}

export interface Transcoder<C> {
  /** Every route, in the contract's order. */
  readonly routes: readonly Route[];
  /** Answers a request. Never rejects. */
  handle(request: Request, context: C): Promise<Response>;
}

/**
 * REST for RPCs that carry `google.api.http`.
 *
 * @throws {Error} for rules that cannot work, see `routesOf` and `createRouteTable`.
 */
export function createTranscoder<C = undefined>(options: TranscoderOptions<C>): Transcoder<C> {
  const routes = options.services.flatMap(routesOf);
  const table = createRouteTable(routes);
  const transports = new Map(options.services.map((service) => [service.typeName, options.transport(service)]));
  const handle = async (request: Request, context: C): Promise<Response> => {
    try {
      const { path, query } = splitUrl(request.url);
      const found = findRoute(table, request.method, path);
      if (!found.match) return optionsOrThrow(found, request);
      const { route } = found.match;
      const transport = transports.get(route.method.parent.typeName);
      if (!transport) throw new Error(`no transport for ${route.method.parent.typeName}`);
      const admission = await options.admit(route, request, context);
      const body = route.body === "none" ? undefined : await readJsonBody(request, options.bodyBytesMax);
      const input = readRequest({ match: found.match, query, headers: request.headers, body }, jsonOptions(options));
      const call: Call<C> = { route, transport, admission, input, request, context, path, options };
      return route.method.methodKind === "unary"
        ? await callUnary(call, route.method)
        : await callStream(call, route.method);
    } catch (error) {
      return options.problem(error, request, context);
    }
  };
  return { routes, handle };
}

interface Call<C> {
  readonly route: Route;
  readonly transport: Transport;
  readonly admission: Admission;
  readonly input: Message;
  readonly request: Request;
  readonly context: C;
  readonly path: string;
  readonly options: TranscoderOptions<C>;
}

async function callUnary<C>(call: Call<C>, method: DescMethodUnary): Promise<Response> {
  const { route, transport, admission, input, request, path, options } = call;
  const { headers, timeoutMs, contextValues } = admission;
  const { message } = await transport.unary(method, request.signal, timeoutMs, headers, input, contextValues);
  const response = writeResponse(route, message, request, path, jsonOptions(options));
  return request.method === "HEAD" ? new Response(null, response) : response;
}

async function callStream<C>(call: Call<C>, method: DescMethodServerStreaming): Promise<Response> {
  const { transport, admission, input, request, context, options } = call;
  if (request.method === "HEAD") return eventStreamHead();
  const reader = new AbortController();
  const signal = AbortSignal.any([request.signal, reader.signal]);
  const { headers, timeoutMs, contextValues } = admission;
  const events = async function* (): AsyncGenerator<ServerSentEvent> {
    const response = await transport.stream(method, signal, timeoutMs, headers, only(input), contextValues);
    for await (const message of response.message) yield eventOf(call, message);
  };
  return eventStream(events(), {
    firstEventWaitMs: options.firstEventWaitMs ?? 1_000,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    problem: async (error) => options.problem(error, request, context).text(),
    cancel: () => reader.abort(),
  });
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

function eventOf<C>({ route, options }: Call<C>, message: Message): ServerSentEvent {
  const id = textOf(reflect(route.method.output, message), "resume_token");
  return { id: /[\r\n\0]/.test(id) ? "" : id, data: JSON.stringify(jsonOf(route, message, jsonOptions(options))) };
}

function jsonOptions<C>({ registry }: TranscoderOptions<C>) {
  return { useProtoFieldName: true, alwaysEmitImplicit: true, ...(registry && { registry }) };
}

/** HEAD is answered wherever GET is. */
function findRoute(table: RouteTable, httpMethod: string, path: string): Lookup {
  const found = table.find(httpMethod, path);
  return httpMethod === "HEAD" && !found.match ? table.find("GET", path) : found;
}

/** OPTIONS on a path that exists tells its methods; everything else is refused. */
function optionsOrThrow({ allowed }: Lookup, request: Request): Response {
  if (allowed.length === 0) throw new TranscodingError("notFound", "no route of this API has this path");
  const methods = new Set(allowed.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])));
  const allow = [...methods, "OPTIONS"].join(", ");
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  throw new TranscodingError("methodNotAllowed", `this path takes ${allow}`, { headers: { allow } });
}

/** The path as it came, without the normalisation of `URL`: what names no route stays unknown. */
function splitUrl(url: string): { path: string; query: string } {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  const path = start < 0 ? "/" : url.slice(start, end < 0 ? undefined : end);
  return { path, query: end < 0 ? "" : url.slice(end + 1) };
}
