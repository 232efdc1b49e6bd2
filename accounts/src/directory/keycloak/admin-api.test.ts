import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInContext } from "@animal-delivery/platform/request-context";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { tracedFetch } from "@animal-delivery/platform/telemetry/traced-fetch";
import { spanTelemetry } from "@animal-delivery/platform/testing/spans";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { type AdminApi, openAdminApi } from "./admin-api.ts";
import { openAdminToken } from "./admin-token.ts";
import { openHttp } from "./http.ts";

// A stand-in for Keycloak that answers what a real one rarely does, when a case wants it to.
let tokensGiven: number;
let tokenSeconds: number;
let asked: string[];
let answers: number[];
let revoked: string[];
let url: string;
let server: ReturnType<typeof createServer>;
beforeEach(async () => {
  [tokensGiven, tokenSeconds, asked, answers, revoked] = [0, 300, [], [], []];
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe("openAdminApi", () => {
  it("asks for one token, however many wait for it, and keeps it", async () => {
    const admin = openApi();

    await Promise.all(Array.from({ length: 20 }, async () => admin({ method: "GET", path: "/users" })));
    await admin({ method: "GET", path: "/users" });

    expect(tokensGiven).toBe(1);
  });

  it("goes on asking for a token when the one gives up for whom it began", async () => {
    const admin = openApi();
    const leaving = new AbortController();
    const context = { requestId: "", correlationId: "", trace: ROOT_CONTEXT, signal: leaving.signal };

    const given = runInContext(context, async () => admin({ method: "GET", path: "/users" }));
    const waiting = admin({ method: "GET", path: "/users" });
    leaving.abort();

    await expect(given).rejects.toMatchObject({ reason: "UNAVAILABLE" });
    expect((await waiting).status).toBe(200);
    expect(tokensGiven).toBe(1);
  });

  it.each([".", ".."])("asks about no user called %s, whose path would be another one", async (id) => {
    await expect(openApi()({ method: "GET", path: "/users/{id}", id })).rejects.toMatchObject({
      reason: "USER_NOT_FOUND",
    });
    expect(asked).toEqual([]);
  });

  it("leaves spans that name no user", async () => {
    const telemetry = spanTelemetry();
    const context = { requestId: "", correlationId: "", trace: ROOT_CONTEXT, signal: undefined };
    const admin = openApi(telemetry);

    // No id of a trace or a span, which are hexadecimal, can hold that.
    await runInContext(context, async () =>
      admin({ method: "PUT", path: "/users/{id}", id: "somebody", query: { x: "somebody" } }),
    );

    expect(telemetry.spans().map(({ name }) => name)).toEqual(["POST /token", "PUT /users/{id}"]);
    expect(JSON.stringify(telemetry.spans())).not.toContain("somebody");
  });

  it("asks for a new one before the old one ends", async () => {
    tokenSeconds = 0;
    const admin = openApi();

    for (let round = 0; round < 3; round++) await admin({ method: "GET", path: "/users" });

    expect(tokensGiven).toBe(3);
  });

  it("asks once more with a new token when the old one is refused", async () => {
    const admin = openApi();
    await admin({ method: "GET", path: "/users" });
    revoked = ["token-1"];

    await Promise.all(Array.from({ length: 20 }, async () => admin({ method: "GET", path: "/users" })));

    expect(tokensGiven).toBe(2);
  });

  it("is unavailable when the new one is refused, too, and does not go on asking", async () => {
    revoked = ["token-1", "token-2"];

    await expect(openApi()({ method: "GET", path: "/users" })).rejects.toMatchObject({ kind: "unavailable" });

    expect([tokensGiven, asked.length]).toEqual([2, 2]);
  });

  it("asks again where Keycloak lost a race, and gives up in the end", async () => {
    answers = [500, 500, 204];
    expect((await openApi()({ method: "DELETE", path: "/users/{id}", id: "a/b?c" })).status).toBe(204);
    expect(asked).toEqual(["/users/a%2Fb%3Fc", "/users/a%2Fb%3Fc", "/users/a%2Fb%3Fc"]);

    answers = Array.from({ length: 9 }, () => 500);
    await expect(openApi()({ method: "GET", path: "/users" })).rejects.toMatchObject({ reason: "UNAVAILABLE" });
    expect(answers).toHaveLength(4);
  });

  it.each([502, 503, 504, 429])("takes %s for an outage at once", async (status) => {
    answers = [status];

    await expect(openApi()({ method: "GET", path: "/users" })).rejects.toMatchObject({ reason: "UNAVAILABLE" });

    expect(asked).toHaveLength(1);
  });

  it("takes any other answer for a fault, which names no user", async () => {
    answers = [403];

    const refused = openApi()({ method: "PUT", path: "/users/{id}", id: "ada" });

    await expect(refused).rejects.toThrow(/^Keycloak answered 403 to PUT \/users\/\{id\}$/);
  });
});

function openApi({ tracer }: Pick<Telemetry, "tracer"> = testTelemetry()): AdminApi {
  const http = openHttp(tracedFetch(tracer), 5_000);
  const endpoints = async () => ({ token_endpoint: `${url}/token`, revocation_endpoint: `${url}/revoke` });
  return openAdminApi(url, openAdminToken({ clientId: "accounts", clientSecret: "secret" }, endpoints, http), http);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === "/token") {
    tokensGiven++;
    response.end(JSON.stringify({ access_token: `token-${tokensGiven}`, expires_in: tokenSeconds }));
    return;
  }
  asked.push(request.url ?? "");
  const isRevoked = revoked.some((token) => request.headers.authorization === `Bearer ${token}`);
  response.writeHead(isRevoked ? 401 : (answers.shift() ?? 200)).end();
}
