// The program that runs alone, over HTTP: what only its ports can show. All else is in src/alone/http-face.test.ts.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { createParser } from "eventsource-parser";
import { describe, expect, it } from "vitest";
import { startAlone } from "./alone-program.ts";

describe("the program that runs alone", () => {
  it("tells what is said in a chat by server-sent events, and goes on where a follower was", async () => {
    await using program = await startAlone();
    const api = `http://localhost:${program.httpPort}`;
    const json = { "content-type": "application/json" };
    const made = await fetch(`${api}/v1/chat-sessions`, { method: "POST", headers: json, body: "{}" });
    const { session_id: sessionId } = (await made.json()) as { session_id: string };
    const headers = { ...json, authorization: `Session ${sessionId}` };
    const chat = await fetch(`${api}/v1/chats`, { method: "POST", headers, body: "{}" });
    const messages = `${api}${chat.headers.get("location")}/messages`;
    const say = async (text: string) => fetch(messages, { method: "POST", headers, body: JSON.stringify({ text }) });
    await say("one");
    await say("two");

    const first = await readEvents(`${messages}:subscribe`, headers, 2);
    await say("three");
    const rest = await readEvents(`${messages}:subscribe`, { ...headers, "last-event-id": first[0]!.id }, 2);

    expect(first.map(({ data }) => data["text"])).toEqual(["one", "two"]);
    expect(rest.map(({ data }) => data["text"])).toEqual(["two", "three"]);
    expect(program.output()).not.toContain(sessionId);
    // The address of a problem explains it, also at a port that nobody chose.
    const { type } = (await (await fetch(`${api}/v1/chats`)).json()) as { type: string };
    expect(type).toBe(`${api}/problems/common/token-invalid`);
    expect((await fetch(type)).status).toBe(200);
  });

  it("answers plain HTTP on loopback addresses alone", async () => {
    await using program = await startAlone({ args: ["--host=0.0.0.0", "--ops-port=0"] });
    const ca = await readFile(program.caFile);

    await expect(fetch(`http://127.0.0.1:${program.httpPort}/healthz`)).rejects.toThrow("fetch failed");
    const asked = request({ host: "127.0.0.1", port: program.httpPort, path: "/metrics", ca, agent: false }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];

    expect(answer.statusCode).toBe(404);
    expect(await text(answer)).toContain(
      `"type":"https://localhost:${program.httpPort}/problems/common/route-not-found"`,
    );
    const ops = `http://127.0.0.1:${program.opsPort}`;
    expect((await (await fetch(`${ops}/metrics`)).text()).includes("rpc_server_calls")).toBe(true);
    expect((await fetch(`${ops}/readyz`)).status).toBe(200);
  });

  it("tells its metrics on this machine, by RPC and by route", async () => {
    await using program = await startAlone();
    const api = `http://localhost:${program.httpPort}`;
    await fetch(`${api}/v1/chats`);
    const json = { "content-type": "application/json" };
    await fetch(`${api}/v1/chat-sessions`, { method: "POST", headers: json, body: "{}" });

    const metrics = await (await fetch(`${api}/metrics`)).text();

    expect(metrics).toMatch(
      /rpc_server_calls_total\{method="messenger.v1.SessionService\/CreateSession",code="OK".*\} 1/,
    );
    expect(metrics).toMatch(
      /http_errors_total\{method="GET",route="\/v1\/chats",status="401",reason="TOKEN_INVALID".*\} 1/,
    );
  });
});

interface Event {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The first messages of a stream, which is left then. */
async function readEvents(url: string, headers: Record<string, string>, count: number): Promise<Event[]> {
  const answer = await fetch(url, { headers });
  const events: Event[] = [];
  const parser = createParser({
    onEvent: ({ id = "", data }) => {
      events.push({ id, data: (JSON.parse(data) as { message: Event["data"] }).message });
    },
  });
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    parser.feed(chunk);
    if (events.length >= count) break;
  }
  return events;
}
