import { constants, type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type Interceptor,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { createMethodUrl, getAbortSignalReason } from "@connectrpc/connect/protocol";
import { requestHeader, validateResponse, validateTrailer } from "@connectrpc/connect/protocol-grpc";
import { MESSAGE_BYTES_MAX } from "./limits.ts";
import { methodName } from "./method-name.ts";
import { closedStreamError } from "./stream-endings.ts";

export interface UnaryCallOptions {
  readonly address: string;
  /** Begins a request on an open connection. */
  readonly begin: (headers: OutgoingHttpHeaders) => Promise<ClientHttp2Stream>;
  readonly interceptors: readonly Interceptor[];
}

type Next = Parameters<Interceptor>[0];

/** A flag for compression, which is never used, and the length of the message. */
const PREFIX_BYTES = 5;
const NEVER = new AbortController().signal;

/**
 * gRPC with one message each way, straight over an HTTP/2 stream. Connect's own transport sends the same bytes through eight
 * nested async iterables, two abort controllers and an exception for each call, which cost more than the rest of the call.
 */
export function createUnaryCall({ address, begin, interceptors }: UnaryCallOptions): Transport["unary"] {
  return async <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    message: MessageInitShape<I>,
    contextValues?: ContextValues,
  ) => {
    const request: UnaryRequest = {
      stream: false,
      service: method.parent,
      method,
      requestMethod: "POST",
      url: createMethodUrl(address, method),
      header: requestHeader(true, timeoutMs, header),
      contextValues: contextValues ?? createContextValues(),
      message: create(method.input, message),
      signal: signal ?? NEVER,
    };
    const send: Next = async (given) => {
      const sent = given as UnaryRequest;
      return responseOf(sent, await exchange(begin, sent, timeoutMs));
    };
    const next = interceptors.reduceRight((inner, outer) => outer(inner), send);
    return (await next(request)) as UnaryResponse<I, O>;
  };
}

/** What came back, as it came. */
interface Answer {
  head: IncomingHttpHeaders & { readonly ":status"?: number | undefined };
  trailers: IncomingHttpHeaders;
  body: Buffer;
}

/** One request and its answer, no longer than its time and its signal allow. */
async function exchange(
  begin: UnaryCallOptions["begin"],
  { signal, method, header, message }: UnaryRequest,
  timeoutMs: number | undefined,
): Promise<Answer> {
  if (signal.aborted) throw abortError(signal);
  const frame = frameOf(toBinary(method.input, message));
  const opening = begin({ ":method": "POST", ":path": `/${methodName(method)}`, ...Object.fromEntries(header) });
  return new Promise((resolve, reject) => {
    const giveUp = (reason: ConnectError): void => {
      reject(reason);
      opening.then((stream) => stream.close(constants.NGHTTP2_CANCEL)).catch(() => undefined);
    };
    const onAbort = (): void => giveUp(abortError(signal));
    const onTimeout = (): void => giveUp(new ConnectError("the operation timed out", Code.DeadlineExceeded));
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    signal.addEventListener("abort", onAbort);
    opening
      .then((stream) => converse(stream, frame))
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      })
      .then(resolve, reject);
  });
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(getAbortSignalReason(signal), Code.Canceled);
}

/** Sends the one message and collects what comes back. */
function converse(stream: ClientHttp2Stream, frame: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answer: Answer = { head: {}, trailers: {}, body: Buffer.alloc(0) };
    let cause: Error | undefined;
    let isWhole = false;
    stream.on("response", (head) => (answer.head = head));
    stream.on("trailers", (trailers) => (answer.trailers = trailers));
    stream.on("data", (chunk: Buffer) => {
      answer.body = answer.body.length === 0 ? chunk : Buffer.concat([answer.body, chunk]);
      if (answer.body.length <= PREFIX_BYTES + MESSAGE_BYTES_MAX) return;
      reject(new ConnectError(`the answer is larger than ${MESSAGE_BYTES_MAX} bytes`, Code.ResourceExhausted));
      stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on("end", () => {
      // A stream that breaks ends too, but without a status. Why it broke is known when it is closed.
      isWhole = hasStatus(answer);
      if (isWhole) resolve(answer);
    });
    stream.on("error", (error) => (cause = error));
    stream.on("close", () => isWhole || reject(closedStreamError(stream.rstCode, cause)));
    stream.end(frame);
  });
}

function hasStatus({ head, trailers }: Answer): boolean {
  return "grpc-status" in trailers || "grpc-status" in head || (head[":status"] ?? 200) !== 200;
}

/** @throws {ConnectError} the status of the answer when it is not OK, or what is wrong with the answer. */
function responseOf({ method, service }: UnaryRequest, answer: Answer): UnaryResponse {
  const { head, trailers, body } = answer;
  if (trailers["grpc-status"] !== "0" || head[":status"] !== 200) throwStatus(answer);
  const message = fromBinary(method.output, messageIn(body));
  return {
    stream: false,
    service,
    method,
    message,
    get header() {
      return webHeaders(head);
    },
    get trailer() {
      return webHeaders(trailers);
    },
  };
}

function throwStatus({ head, trailers }: Answer): void {
  const header = webHeaders(head);
  const { headerError } = validateResponse(head[":status"] ?? 0, header);
  if (headerError) throw headerError;
  validateTrailer(webHeaders(trailers), header);
}

function frameOf(message: Uint8Array): Uint8Array {
  if (message.length > MESSAGE_BYTES_MAX)
    throw new ConnectError(`the request is larger than ${MESSAGE_BYTES_MAX} bytes`, Code.ResourceExhausted);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

function messageIn(body: Buffer): Uint8Array {
  const isWhole = body.length >= PREFIX_BYTES && body.readUInt32BE(1) === body.length - PREFIX_BYTES;
  if (!isWhole) throw new ConnectError("the answer is not one whole message", Code.Unimplemented);
  if (body[0] !== 0) throw new ConnectError("the answer is compressed, which nobody asked for", Code.Internal);
  return body.subarray(PREFIX_BYTES);
}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(":")) for (const one of [value ?? []].flat()) web.append(name, one);
  }
  return web;
}
