import { ReadableStream } from "node:stream/web";
import { describe, expect, it } from "vitest";
import { aloneFixture, ORIGIN, type AloneFixture, type Entered } from "../testing/alone-fixture.ts";

describe("REST", () => {
  it("makes sessions, chats and messages", async () => {
    const { send } = aloneFixture();
    const json = { "content-type": "application/json" };
    const made = await send("/v1/chat-sessions", { method: "POST", headers: json, body: `{"alias":"Anna"}` });
    const { session_id: sessionId } = (await made.json()) as { session_id: string };
    const headers = { ...json, authorization: `Session ${sessionId}` };

    const chat = await send("/v1/chats", { method: "POST", headers, body: `{"title":"Ferrets"}` });
    const { chat_id: chatId } = (await chat.json()) as { chat_id: string };
    const message = await send(`/v1/chats/${chatId}/messages`, { method: "POST", headers, body: `{"text":"Hello"}` });

    expect([made.status, chat.status, message.status]).toEqual([200, 201, 200]);
    expect(chat.headers.get("location")).toBe(`/v1/chats/${chatId}`);
    expect(await message.json()).toMatchObject({ chat_id: chatId, sequence: "1", text: "Hello", author_alias: "Anna" });
    expect((await send("/v1/chat-sessions/self", { method: "DELETE", headers })).status).toBe(204);
    expect((await send("/v1/chat-sessions/self", { headers })).status).toBe(401);
  });

  it("writes one message for many requests with one idempotency key", async () => {
    const fixture = aloneFixture();
    const { anna, messages } = await givenChat(fixture);
    const keyed = anna.init({ text: "Hello" }, { "idempotency-key": "one" });

    const answers = await Promise.all([fixture.send(messages, keyed), fixture.send(messages, keyed)]);

    const sequences = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Json)["sequence"]));
    expect(sequences).toEqual(["1", "1"]);
  });

  it("does not read the body of somebody who is not known", async () => {
    const { send } = aloneFixture();
    let isRead = false;
    const body = new ReadableStream(
      {
        pull(controller) {
          isRead = true;
          controller.error(new Error("nobody should have asked"));
        },
      },
      { highWaterMark: 0 },
    );

    const answer = await send("/v1/chats", { method: "POST", body, duplex: "half" } as RequestInit);

    expect([answer.status, isRead]).toEqual([401, false]);
    expect(answer.headers.get("www-authenticate")).toBe('Session realm="messenger"');
    expect(await answer.json()).toMatchObject({ reason: "TOKEN_INVALID", instance: "/v1/chats" });
  });

  it("tells a refusal as a problem whose address explains it", async () => {
    const { send, enter } = aloneFixture();
    const anna = await enter();

    const answer = await send("/v1/chats", anna.init({ history_size: 101 }));

    const problem = (await answer.json()) as Json;
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(problem).toMatchObject({
      type: `${ORIGIN}/problems/messenger/history-size-too-large`,
      status: 400,
      history_size_max: "100",
    });
    const { pathname } = new URL(String(problem["type"]));
    expect(await (await send(pathname)).json()).toMatchObject({ reason: "HISTORY_SIZE_TOO_LARGE" });
  });

  it.each([
    ["a body that is too large", { text: "x".repeat(65_536) }, {}, 413],
    ["a body of another kind", { text: "x" }, { "content-type": "text/plain" }, 415],
    ["what breaks a rule", { text: "" }, {}, 400],
    ["an idempotency key that is none", { text: "x" }, { "idempotency-key": "a b" }, 400],
  ] as const)("refuses %s", async (_what, body, headers, status) => {
    const fixture = aloneFixture();
    const { anna, messages } = await givenChat(fixture);

    expect((await fixture.send(messages, anna.init(body, headers))).status).toBe(status);
  });

  it("joins the lines of a request, over HTTP and inside, by its id and its trace", async () => {
    const { send, enter, telemetry } = aloneFixture();
    const anna = await enter();

    await send("/v1/chats", anna.init(undefined, { "x-request-id": "request-1" }));

    const lines = telemetry.lines.filter((line) => line["request_id"] === "request-1");
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["rpc request", "rpc served", "request answered"]),
    );
    expect(new Set(lines.map((line) => line["trace_id"])).size).toBe(1);
  });
});

describe("an event stream", () => {
  it("goes on after Last-Event-ID", async () => {
    const fixture = aloneFixture();
    const { anna, messages } = await givenChat(fixture, "one", "two");
    const first = await readEvents(fixture, `${messages}:subscribe`, anna, 2);

    const rest = readEvents(fixture, `${messages}:subscribe`, anna, 1, first.at(-1)?.id);
    await fixture.send(messages, anna.init({ text: "three" }));

    expect(first.map(({ text }) => text)).toEqual(["one", "two"]);
    expect((await rest).map(({ text }) => text)).toEqual(["three"]);
  });

  it("is refused with a problem like anything else", async () => {
    const fixture = aloneFixture();
    const { messages } = await givenChat(fixture);

    const answer = await fixture.send(`${messages}:subscribe`);

    expect([answer.status, answer.headers.get("content-type")]).toEqual([401, "application/problem+json"]);
  });

  it("is given back by a reader who leaves", async () => {
    const fixture = aloneFixture();
    const { anna, messages } = await givenChat(fixture, "one");

    // A caller may have two at a time.
    for (let round = 0; round < 4; round += 1) await readEvents(fixture, `${messages}:subscribe`, anna, 1);

    await expect
      .poll(async () => fixture.telemetry.meters.registry.metrics())
      .toMatch(/messenger_streams_open\{[^}]*\} 0/);
  });

  it("ends with a problem when the program drains", async () => {
    const fixture = aloneFixture();
    const { anna, messages } = await givenChat(fixture, "one");
    const answer = await fixture.send(`${messages}:subscribe`, anna.init());
    const text = answer.text();

    fixture.draining.abort();

    expect(await text).toMatch(/event: problem\ndata: .*"UNAVAILABLE"/);
  });
});

describe("the pages", () => {
  it("describe every route that is answered, and are their own", async () => {
    const { send } = aloneFixture();
    const { paths } = (await (await send("/openapi.json")).json()) as { paths: Record<string, Json> };
    const id = "1c6b147e-3f0e-4f3a-9a52-94f1d3f8a001";

    for (const [path, verbs] of Object.entries(paths)) {
      for (const verb of Object.keys(verbs)) {
        const answer = await send(path.replaceAll(/\{\w+\}/g, id), { method: verb.toUpperCase() });
        expect([path, verb, [404, 405].includes(answer.status)]).toEqual([path, verb, false]);
      }
    }
    const page = await (await send("/docs")).text();
    for (const [, asset] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await send(asset!)).status).toBe(200);
    expect(await (await send("/docs/init.js")).text()).not.toContain("initOAuth");
    expect((await send("/")).headers.get("location")).toBe("/docs");
  });

  it("explain the errors of the messenger, and no others", async () => {
    const { send } = aloneFixture();

    const { problems } = (await (await send("/problems")).json()) as { problems: { service: string }[] };

    expect(new Set(problems.map(({ service }) => service))).toEqual(new Set(["common", "messenger"]));
  });

  it("tell how it is, and that it leaves", async () => {
    const { send, draining } = aloneFixture();
    expect((await send("/readyz")).status).toBe(200);

    draining.abort();

    expect(await (await send("/readyz")).json()).toEqual({
      status: "unavailable",
      checks: { "accepts calls": "failed" },
    });
    expect((await send("/healthz")).status).toBe(200);
  });

  it("tell metrics to this machine alone", async () => {
    const here = aloneFixture();
    await here.send("/version");

    expect(await (await here.send("/metrics")).text()).toMatch(/http_requests_total\{.*route="\/version".*\} 1/);
    expect((await aloneFixture({ isPrivate: false }).send("/metrics")).status).toBe(404);
  });
});

type Json = Record<string, unknown>;

/** Anna, and a chat of hers with messages in it. */
async function givenChat({ send, enter }: AloneFixture, ...texts: string[]) {
  const anna = await enter("Anna");
  const chat = (await (await send("/v1/chats", anna.init({}))).json()) as { chat_id: string };
  const messages = `/v1/chats/${chat.chat_id}/messages`;
  for (const text of texts) await send(messages, anna.init({ text }));
  return { anna, messages };
}

/** The first events of a stream, which is left then. */
async function readEvents({ send }: AloneFixture, path: string, { init }: Entered, count: number, lastId?: string) {
  const answer = await send(path, init(undefined, lastId === undefined ? {} : { "last-event-id": lastId }));
  const events: { id: string; text: string }[] = [];
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const whole = [...text.matchAll(/id: (.*)\ndata: (.*)\n\n/g)];
    if (whole.length < count) continue;
    for (const [, id, data] of whole) {
      const event = JSON.parse(data!) as { message: { text: string } };
      events.push({ id: id!, text: event.message.text });
    }
    break;
  }
  return events;
}
