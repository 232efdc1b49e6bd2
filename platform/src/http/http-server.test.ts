// Speaks to the server over raw sockets: what an HTTP client would never send.
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { TranscodingError } from "@animal-delivery/transcoder/transcoding-error";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testTelemetry } from "../testing/telemetry.ts";
import { createProblemAnswerer } from "./answer-problem.ts";
import type { HttpEnv } from "./exchange.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";
import { observe } from "./observe.ts";

const ORIGIN = "http://localhost:8080";

let server: HttpServer;
const faults: string[] = [];
beforeAll(async () => {
  const app = smallApp();
  const fetch = app.fetch.bind(app);
  const onParserFault = (fault: string) => void faults.push(fault);
  server = await startHttpServer({ host: "localhost", port: 0, origin: () => ORIGIN, fetch, onParserFault });
});
afterAll(async () => server.close(0));

/** Health, and a problem for everything else. */
function smallApp(): Hono<HttpEnv> {
  const telemetry = testTelemetry();
  const problem = createProblemAnswerer({ origin: ORIGIN, log: telemetry.log });
  const app = new Hono<HttpEnv>().use(observe({ origin: ORIGIN, trustedProxies: 0, corsOrigins: [] }, telemetry));
  addHealthRoutes(app, []);
  app.all("*", () => {
    throw new TranscodingError("notFound", "there is nothing at this path");
  });
  app.onError((error, c) => problem(error, c.req.raw, c.get("exchange")));
  return app;
}

/** Sends bytes as they are and reads until the server closes. */
async function exchange(request: string, host = "127.0.0.1"): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(server.port, host);
  await once(socket, "connect");
  socket.write(request);
  const answer = await text(socket);
  const [head = "", ...body] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), body: body.join("\r\n\r\n") };
}

describe("a request that is none", () => {
  const host = "Host: localhost\r\n";
  it.each([
    ["an unknown method", `NONSENSE / HTTP/1.1\r\n${host}\r\n`, 400],
    ["no HTTP at all", "hello\r\n\r\n", 400],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", 400],
    ["both lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    ["a length that is none", `POST / HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`, 400],
    ["a broken header", `GET / HTTP/1.1\r\n${host}broken header\r\n\r\n`, 400],
    ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["two Hosts", `GET / HTTP/1.1\r\n${host}Host: other.example\r\nConnection: close\r\n\r\n`, 400],
    ["the method CONNECT", `CONNECT other.example:443 HTTP/1.1\r\n${host}\r\n`, 400],
    ["a malformed Host", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
    ["a Host with a path", "GET / HTTP/1.1\r\nHost: evil/x\r\nConnection: close\r\n\r\n", 400],
    ["an unknown expectation", `GET / HTTP/1.1\r\n${host}Expect: miracles\r\nConnection: close\r\n\r\n`, 417],
    ["large headers", `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(17_000)}\r\n\r\n`, 431],
  ])("with %s is a problem too", async (_what, request, status) => {
    const answer = await exchange(request);

    expect(answer.status).toBe(status);
    expect(answer.head).toContain("content-type: application/problem+json");
    expect(answer.head).toContain("x-content-type-options: nosniff");
    expect(JSON.parse(answer.body)).toMatchObject({
      type: expect.stringMatching(/^http:\/\/localhost:8080\/problems\/common\//),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      request_id: expect.any(String),
    });
  });

  it("is counted by its fault", () => {
    expect(new Set(faults)).toEqual(new Set(["malformed", "host", "expectation", "headers"]));
  });

  it("after a good one on the same connection is a problem as well", async () => {
    const answer = await exchange(`GET /version HTTP/1.1\r\n${host}\r\nNONSENSE\r\n\r\n`);

    expect(answer.status).toBe(200);
    expect(answer.body).toContain("application/problem+json");
  });
});

describe("a request that is unusual", () => {
  it.each([
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 204],
    ["HTTP/1.0", "GET /version HTTP/1.0\r\n\r\n", 200],
    [
      "an absolute form",
      "GET http://evil.example/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      200,
    ],
    ["another host", "GET /version HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n", 200],
    ["dots in its path", "GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404],
    ["an IPv6 client", "GET /version HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n", 200],
  ])("as %s is answered", async (_what, request, status) => {
    expect((await exchange(request)).status).toBe(status);
  });

  it("does not lead anybody elsewhere by its Host", async () => {
    const request = "GET /v1/nothing HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";

    const { body } = await exchange(request);

    expect(body).toContain(`${ORIGIN}/problems/`);
    expect(body).not.toContain("evil.example");
  });

  it("on IPv6 loopback is answered", async () => {
    const request = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    expect((await exchange(request, "::1")).status).toBe(200);
  });
});

describe("a connection", () => {
  it("ends after a thousand requests, each of them answered", async () => {
    const one = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";

    const { head, body } = await exchange(one.repeat(1_001));

    const statuses = `${head}\r\n\r\n${body}`.match(/http\/1.1 \d+/gi) ?? [];
    expect(statuses).toHaveLength(1_000);
    expect(body.toLowerCase()).toContain("connection: close");
  });
});

describe("closing", () => {
  it("lets a request finish and takes no new connection", async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const closing = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      origin: () => ORIGIN,
      fetch: async () => {
        begun.resolve();
        await finish.promise;
        return new Response("done");
      },
    });
    const url = `http://127.0.0.1:${closing.port}/`;
    const answer = fetch(url);
    await begun.promise;

    const closed = closing.close(5_000);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    finish.resolve();

    expect(await (await answer).text()).toBe("done");
    await closed;
  });
});
