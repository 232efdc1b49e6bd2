import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { openBrowser } from "./fixtures/browser.ts";
import { type GatewayWithRealm, givenGateway, givenSecondGateway, type ServedGateway } from "./fixtures/gateway.ts";
import { type Gate, openGate } from "./fixtures/gate.ts";

let direct: GatewayWithRealm;
let gate: Gate;
let gateway: ServedGateway;
beforeAll(async () => {
  direct = await givenGateway();
  gate = await openGate();
  gateway = await givenSecondGateway(direct.realm, createMemoryStore(), {
    discoveryUrl: gate.discoveryUrl(direct.realm.issuer),
  });
});
beforeEach(() => gate.open());
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
  await direct[Symbol.asyncDispose]();
});

describe("while Keycloak is away", () => {
  it("tokens go on to be verified, those too that were never seen before", async () => {
    const seen = await gateway.signIn("customer");
    const unseen = await direct.signIn("courier");
    expect(await gateway.meWith(seen.access_token)).toBe(200);

    gate.close();

    expect(await gateway.meWith(seen.access_token)).toBe(200);
    expect(await gateway.meWith(unseen.access_token)).toBe(200);
    expect(await gateway.meWith(`${unseen.access_token}x`)).toBe(401);
  });

  it("new sign-ins and refreshes answer 503 at once, and work when it is back", async () => {
    const before = await gateway.signIn("customer");
    gate.close();

    const from = performance.now();
    const statuses = [await gateway.signIn("customer"), await gateway.refresh(before.refresh_token)];

    expect(statuses.map(({ status }) => status)).toEqual([503, 503]);
    expect(performance.now() - from).toBeLessThan(2_000);
    gate.open();
    expect((await gateway.refresh(before.refresh_token)).status).toBe(200);
    expect((await gateway.signIn("customer")).status).toBe(200);
  });

  it("signing out denies the session all the same, and says that the refresh token could not be revoked", async () => {
    const { access_token, refresh_token } = await gateway.signIn("customer");
    gate.close();

    const headers = { authorization: `Bearer ${access_token}` };
    const response = await gateway.post("/v1/auth/logout", { refresh_token }, headers);

    expect(response.status).toBe(503);
    expect(await gateway.meWith(access_token)).toBe(401);
  });

  it("a gateway that starts then answers 503, and serves as soon as Keycloak is there", async () => {
    const { access_token: token } = await direct.signIn("customer");
    gate.close();
    await using late = await givenSecondGateway(direct.realm, createMemoryStore(), {
      discoveryUrl: gate.discoveryUrl(direct.realm.issuer),
    });
    expect(await late.meWith(token)).toBe(503);
    expect((await late.get("/v1/auth/login")).status).toBe(503);

    gate.open();

    await expect.poll(async () => late.meWith(token), { timeout: 5_000 }).toBe(200);
    expect((await late.get("/v1/auth/login")).status).toBe(302);
  });

  it("a login that was under way answers 503, not a session", async () => {
    const begun = await direct.get("/v1/auth/login");
    const stopped = await openBrowser(`${direct.origin}/v1/auth/callback`).signIn(
      begun.headers.get("location") ?? "",
      "customer",
    );
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    await using same = await givenSecondGateway(direct.realm, direct.kv, {
      discoveryUrl: gate.discoveryUrl(direct.realm.issuer),
    });
    await same.get("/v1/auth/login");
    gate.close();

    const callback = new URL(stopped.url);
    const response = await same.get(callback.pathname + callback.search, { cookie });

    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
  });
});

describe("an issuer whose own name is not where its document is read", () => {
  it("is shown to browsers by the name that they know", async () => {
    const { location } = Object.fromEntries((await gateway.get("/v1/auth/login")).headers);
    const page = await (await gateway.get("/openapi.json")).text();

    expect(location).toContain(`${direct.realm.issuer}/protocol/openid-connect/auth?`);
    expect(page).toContain(`"${direct.realm.issuer}/protocol/openid-connect/token"`);
    expect(page).not.toContain(new URL(gate.discoveryUrl(direct.realm.issuer)).origin);
  });

  it("is believed only when the document speaks for it", async () => {
    await using other = await givenSecondGateway(direct.realm, createMemoryStore(), {
      issuer: direct.realm.issuer.replace("127.0.0.1", "localhost"),
      discoveryUrl: gate.discoveryUrl(direct.realm.issuer),
    });

    expect((await other.signIn("customer")).status).toBe(503);
    expect((await gateway.signIn("customer")).status).toBe(200);
  });
});
