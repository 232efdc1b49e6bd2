import { Code, ConnectError, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { describe, expect, it, vi } from "vitest";
import {
  DeliveryService,
  type TrackDeliveryRequest,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { plainProblem } from "./testing/echo.ts";
import { createTranscoder, type TranscoderOptions } from "./transcoder.ts";

const PATH = "/v1/deliveries/01982f5e-7c00-7000-8000-000000000003/track";

type Track = (request: TrackDeliveryRequest, context: HandlerContext) => AsyncIterable<{ resumeToken: string }>;

function tracking(trackDelivery: Track, options: Partial<TranscoderOptions<undefined>> = {}) {
  const transport = createRouterTransport((router) => router.service(DeliveryService, { trackDelivery }));
  const transcoder = createTranscoder({
    services: [DeliveryService],
    transport: () => transport,
    bodyBytesMax: 100,
    admit: () => ({}),
    problem: (error) =>
      error instanceof ConnectError ? Response.json({ code: error.code }, { status: 418 }) : plainProblem(error),
    ...options,
  });
  return async (init: RequestInit = {}, query = "") =>
    transcoder.handle(new Request(`http://test${PATH}${query}`, init), undefined);
}

/** A stream without a message. */
function failing(reason: ConnectError | Promise<ConnectError>): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => Promise.reject(await reason) }) };
}

async function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

describe("a server stream", () => {
  it("becomes server-sent events with the resume token as id", async () => {
    const send = tracking(async function* () {
      yield { resumeToken: "1", update: { case: "statusChange", value: { reason: "two\nlines" } } };
      yield { resumeToken: "" };
    });

    const response = await send();

    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const [open, first, second] = (await response.text()).split("\n\n");
    expect(open).toBe(": open");
    expect(first).toMatch(/^id: 1\ndata: \{.*"reason":"two\\nlines".*\}$/);
    expect(second).toBe('data: {"resume_token":""}');
  });

  it.each([
    [{ headers: { "last-event-id": "7" } }, "", "7"],
    [{ headers: { "last-event-id": "7" } }, "?resume_token=3", "7"],
    [{}, "?resume_token=3", "3"],
  ])("resumes by %j and %j", async (init, query, token) => {
    let asked = "";
    const send = tracking(async function* (request) {
      asked = request.resumeToken;
      yield { resumeToken: "8" };
    });

    await (await send(init, query)).text();

    expect(asked).toBe(token);
  });

  it("that is refused at once is a plain problem", async () => {
    const send = tracking(() => failing(new ConnectError("no", Code.NotFound)));

    const response = await send();

    expect([response.status, await response.json()]).toEqual([418, { code: Code.NotFound }]);
  });

  it("that ends without an event is 204, which an EventSource does not repeat", async () => {
    const send = tracking(async function* () {});

    expect((await send()).status).toBe(204);
  });

  it("that fails in the middle says so in an event and ends", async () => {
    const send = tracking(async function* () {
      yield { resumeToken: "1" };
      throw new ConnectError("draining", Code.Unavailable);
    });

    const text = await (await send()).text();

    expect(text.split("\n\n").slice(2)).toEqual([`event: problem\ndata: {"code":${Code.Unavailable}}`, ""]);
  });

  it("that is quiet gets its headers and heartbeats all the same", async () => {
    const send = tracking(
      async function* (_request, context) {
        await until(context.signal);
        yield { resumeToken: "1" };
      },
      { firstEventWaitMs: 1, heartbeatMs: 5 },
    );

    const reader = (await send()).body!.pipeThrough(new TextDecoderStream()).getReader();

    expect((await reader.read()).value).toBe(": open\n\n");
    expect((await reader.read()).value).toBe(": heartbeat\n\n");
    expect((await reader.read()).value).toBe(": heartbeat\n\n");
    await reader.cancel();
  });

  it("that fails after its headers went out says so in an event", async () => {
    const failed = Promise.withResolvers<void>();
    const send = tracking(() => failing(failed.promise.then(() => new ConnectError("gone", Code.Unavailable))), {
      firstEventWaitMs: 1,
    });

    const response = await send();
    failed.resolve();

    expect(response.status).toBe(200);
    expect(await response.text()).toContain("event: problem\n");
  });

  it("is cancelled when its reader goes away", async () => {
    let ended = false;
    const send = tracking(async function* (_request, context) {
      void until(context.signal).then(() => (ended = true));
      yield { resumeToken: "1" };
    });

    const response = await send();
    await response.body!.cancel();

    await vi.waitFor(() => expect(ended).toBe(true));
  });

  it("is read no faster than its client reads", async () => {
    let yielded = 0;
    const send = tracking(async function* () {
      for (; yielded < 10_000; yielded += 1) yield { resumeToken: String(yielded) };
    });

    const response = await send();
    const reader = response.body!.getReader();
    for (let reads = 0; reads < 10; reads += 1) await reader.read();

    expect(yielded).toBeLessThan(100);
    await reader.cancel();
  });

  it("is not opened for HEAD", async () => {
    let opened = false;
    const send = tracking(async function* () {
      opened = true;
      yield { resumeToken: "1" };
    });

    const response = await send({ method: "HEAD" });

    expect([response.status, response.headers.get("content-type"), opened]).toEqual([200, "text/event-stream", false]);
  });
});
