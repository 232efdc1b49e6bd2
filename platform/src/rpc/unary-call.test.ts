import { once } from "node:events";
import { connect, constants, createServer, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { GetOrderResponseSchema, OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { afterEach, describe, expect, it } from "vitest";
import { MESSAGE_BYTES_MAX } from "./limits.ts";
import { createUnaryCall } from "./unary-call.ts";

const OK = { ":status": 200, "content-type": "application/grpc+proto" };
const answer = frame(toBinary(GetOrderResponseSchema, create(GetOrderResponseSchema, { order: { orderId: "o1" } })));
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0).toReversed()) one.close();
});

describe("a unary call", () => {
  it("gives the message with headers and trailers, in however many pieces they come", async () => {
    const { call } = await against((stream) => {
      stream.respond({ ...OK, "x-served-by": "test" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "x-cost": ["1", "2"] }));
      stream.write(answer.subarray(0, 3));
      setImmediate(() => stream.end(answer.subarray(3)));
    });

    const response = await call();

    expect(response.message).toMatchObject({ order: { orderId: "o1" } });
    expect(response.header.get("x-served-by")).toBe("test");
    expect(response.trailer.get("x-cost")).toBe("1, 2");
  });

  it.each<[string, Code, (stream: ServerHttp2Stream) => void]>([
    [
      "a status without a body",
      Code.NotFound,
      (stream) => stream.respond({ ...OK, "grpc-status": "5" }, { endStream: true }),
    ],
    ["a status after a message", Code.Aborted, (stream) => respond(stream, { "grpc-status": "10" }, answer)],
    ["a status that does not exist", Code.Internal, (stream) => respond(stream, { "grpc-status": "99" })],
    ["no message", Code.Unimplemented, (stream) => respond(stream, { "grpc-status": "0" })],
    [
      "two messages",
      Code.Unimplemented,
      (stream) => respond(stream, { "grpc-status": "0" }, Buffer.concat([answer, answer])),
    ],
    ["half a message", Code.Unimplemented, (stream) => respond(stream, { "grpc-status": "0" }, answer.subarray(0, 6))],
    ["a compressed message", Code.Internal, (stream) => respond(stream, { "grpc-status": "0" }, compressed())],
    ["no status", Code.Aborted, (stream) => respond(stream, {}, answer)],
    ["what is not gRPC", Code.Unavailable, (stream) => stream.respond({ ":status": 503 }, { endStream: true })],
    [
      "another content type",
      Code.Unknown,
      (stream) => stream.respond({ ...OK, "content-type": "text/html", "grpc-status": "0" }, { endStream: true }),
    ],
    [
      "too much",
      Code.ResourceExhausted,
      (stream) => respond(stream, { "grpc-status": "0" }, frame(Buffer.alloc(MESSAGE_BYTES_MAX + 1))),
    ],
    ["a refused stream", Code.Unavailable, (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
    ["a cancelled stream", Code.Canceled, (stream) => stream.close(constants.NGHTTP2_CANCEL)],
    ["a broken connection", Code.Canceled, (stream) => stream.session?.socket.destroy()],
  ])("fails on %s", async (_, code, serve) => {
    const { call } = await against(serve);

    await expect(call()).rejects.toMatchObject({ name: "ConnectError", code });
  });

  it("ends with its time, and tells the server", async () => {
    const { call, reset } = await against(() => undefined);

    await expect(call({ timeoutMs: 50 })).rejects.toMatchObject({ code: Code.DeadlineExceeded });
    expect(await reset).toBe(constants.NGHTTP2_CANCEL);
  });

  it("ends when its caller gives up, with the caller's reason, and tells the server", async () => {
    const caller = new AbortController();
    const { call, reset, begun } = await against(() => undefined);

    const running = call({ signal: caller.signal });
    void begun.then(() => caller.abort(new ConnectError("enough", Code.FailedPrecondition)));

    await expect(running).rejects.toMatchObject({ code: Code.FailedPrecondition, rawMessage: "enough" });
    expect(await reset).toBe(constants.NGHTTP2_CANCEL);
    await expect(call({ signal: caller.signal })).rejects.toMatchObject({ code: Code.FailedPrecondition });
  });
});

interface Given {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A call of a server that answers every stream with `serve`. */
async function against(serve: (stream: ServerHttp2Stream) => void) {
  const server = createServer();
  const begun = Promise.withResolvers<void>();
  const reset = Promise.withResolvers<number | undefined>();
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    stream.on("close", () => reset.resolve(stream.rstCode));
    begun.resolve();
    serve(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = connect(address);
  session.on("error", () => undefined);
  open.push(server, session);
  const begin = async (headers: OutgoingHttpHeaders) => session.request(headers);
  const unary = createUnaryCall({ address, begin, interceptors: [] });
  const call = async ({ signal, timeoutMs }: Given = {}) =>
    unary(OrderService.method.getOrder, signal, timeoutMs, undefined, { orderId: "o1" });
  return { call, begun: begun.promise, reset: reset.promise };
}

function respond(stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders, body: Uint8Array = new Uint8Array()): void {
  stream.respond(OK, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(body);
}

function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function compressed(): Buffer {
  const copy = Buffer.from(answer);
  copy.writeUInt8(1, 0);
  return copy;
}
