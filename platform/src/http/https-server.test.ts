// Real TLS over loopback.
import { once } from "node:events";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["server", "client"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("the HTTP server over TLS", () => {
  it("answers callers without a certificate unless it was given an authority", async () => {
    const server = await start(undefined);

    expect(await statusOf(server, { ca: current("server").ca })).toBe(200);

    await server.close(0);
  });

  it("answers none but callers with a certificate of the authority it was given", async () => {
    const server = await start(certificates.filesOf("client").caFile);
    await using strangers = await testCertificates(["client"]);
    const { ca } = current("server");

    expect(await statusOf(server, current("client"))).toBe(200);
    await expect(statusOf(server, { ca })).rejects.toThrow(/certificate required|ECONNRESET|EPIPE|socket hang up/);
    const { cert, key } = strangers.tlsOf("client").current();
    await expect(statusOf(server, { ca, cert, key })).rejects.toThrow(/unknown ca|ECONNRESET|EPIPE|socket hang up/);

    await server.close(0);
  });
});

function current(name: string) {
  return certificates.tlsOf(name).current();
}

async function start(clientCaFile: string | undefined): Promise<HttpServer> {
  const { certFile, keyFile } = certificates.filesOf("server");
  return startHttpServer({
    host: "127.0.0.1",
    port: 0,
    https: { certFile, keyFile, clientCaFile },
    origin: () => "https://localhost",
    fetch: () => new Response("here"),
  });
}

async function statusOf({ port }: HttpServer, keys: { ca: string; cert?: string; key?: string }): Promise<number> {
  const asked = request({ host: "127.0.0.1", port, agent: false, ...keys }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer.statusCode ?? 0;
}
