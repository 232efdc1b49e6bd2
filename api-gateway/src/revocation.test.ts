// Two gateways and a service's RPC server, each with its own copy of the denied sessions, over one store.
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { createDeniedSessions, type DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { type TestCertificates, testCertificates } from "@animal-delivery/platform/testing/certificates";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { type RpcFixture, rpcFixture } from "@animal-delivery/platform/testing/rpc-fixture";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { bearer, gatewayOn } from "./testing/gateway-fixture.ts";
import { AUDIENCE } from "./testing/issuer-tokens.ts";
import { type TestIssuer, startIssuer } from "./testing/issuer.ts";

/** What the platform promises: a session that ended is refused everywhere within this time. */
const WITHIN = { timeout: 5_000, interval: 50 };
const GOOD = [200, 200, "answered"];
const REFUSED = [401, 401, "TOKEN_INVALID"];

const kv = createMemoryStore();
const stop = new AbortController();
const tasks: Promise<void>[] = [];
let issuer: TestIssuer;
let certificates: TestCertificates;
let service: RpcFixture;
let client: Client<typeof AuthService>;
let gateways: Awaited<ReturnType<typeof gatewayOn>>[];
beforeAll(async () => {
  issuer = await startIssuer();
  certificates = await testCertificates(["accounts", "api-gateway"]);
  const deniedSessions = createDeniedSessions(kv, testTelemetry("accounts"));
  const verifier = createTokenVerifier({ issuer: issuer.url, audience: AUDIENCE });
  const routes = routesOf(deniedSessions);
  service = await rpcFixture({ certificates, name: "accounts", routes, verifier, deniedSessions });
  client = service.client(AuthService);
  const start = async () => gatewayOn(kv, issuer.url, routes, {}, "accounts");
  gateways = [await start(), await start()];
  for (const { gateway } of gateways) for (const task of gateway.tasks) tasks.push(task.run(stop.signal));
  tasks.push(deniedSessions.task.run(stop.signal));
});
afterAll(async () => {
  stop.abort();
  await Promise.all(tasks);
  await service[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await kv[Symbol.asyncDispose]();
});

describe("a token is refused by every gateway and every service within 5 s", () => {
  it.each<[string, (sessionId: string, token: string, otherToken: string) => Promise<Response>, number]>([
    ["a logout with it", async (_sessionId, token) => gateways[0]!.post("/v1/auth/logout", {}, bearer(token)), 204],
    [
      "its owner revoked its session by another",
      async (sessionId, _token, otherToken) => {
        const headers = bearer(otherToken);
        return gateways[0]!.send(`/v1/auth/sessions/${sessionId}`, { method: "DELETE", headers });
      },
      204,
    ],
    [
      "the provider said by the back channel that its session ended",
      async (sessionId) => {
        const body = new URLSearchParams({ logout_token: await logoutToken(sessionId) });
        return gateways[0]!.send("/v1/auth/backchannel-logout", { method: "POST", body });
      },
      200,
    ],
  ])("after %s, and the person's other session goes on", async (_what, end, status) => {
    const [sessionId, otherId] = [randomUUID(), randomUUID()];
    const [token, otherToken] = [await issuer.token({ sid: sessionId }), await issuer.token({ sid: otherId })];
    expect([await outcomesOf(token), await outcomesOf(otherToken)]).toEqual([GOOD, GOOD]);

    expect((await end(sessionId, token, otherToken)).status).toBe(status);

    await expect.poll(async () => outcomesOf(token), WITHIN).toEqual(REFUSED);
    expect(await outcomesOf(otherToken)).toEqual(GOOD);
  });
});

/** What accounts does: it ends the session where it runs, and so everywhere. */
function routesOf(deniedSessions: DeniedSessions): Parameters<typeof rpcFixture>[0]["routes"] {
  return (router) =>
    router.service(AuthService, {
      listSessions: () => ({}),
      revokeSession: async ({ sessionId }) => {
        await deniedSessions.deny(sessionId, 60_000);
        return {};
      },
    });
}

/** How both gateways answer the token, and how the service does when it is called directly. */
async function outcomesOf(token: string): Promise<unknown[]> {
  const headers = bearer(token);
  const answers = gateways.map(async ({ send }) => (await send("/v1/auth/me", { headers })).status);
  const call = client.listSessions({}, { headers });
  const direct = call.then(
    () => "answered",
    async () => (await refusalOf(call)).reason,
  );
  return Promise.all([...answers, direct]);
}

async function logoutToken(sid: string): Promise<string> {
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  return issuer.token({ aud: "first-party", events, sid }, { typ: "logout+jwt" });
}
