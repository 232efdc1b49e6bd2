import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import { engine } from "@animal-delivery/platform/testing/engines";
import { AUDIENCE, type GatewayWithRealm, givenGateway, givenSecondGateway } from "./fixtures/gateway.ts";

let gateway: GatewayWithRealm;
beforeAll(async () => {
  gateway = await givenGateway();
});
afterAll(async () => gateway[Symbol.asyncDispose]());

describe("signing in with a password", () => {
  it.each([
    ["customer", "customer"],
    ["courier2", "courier"],
    ["dispatcher", "dispatcher"],
    ["admin", "admin"],
  ])("gives %s an access token with the role %s, as RFC 9068 has it", async (username, role) => {
    const { access_token: token } = await gateway.signIn(username);

    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "RS256", typ: "at+jwt", kid: expect.any(String) });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ iss: gateway.realm.issuer, aud: AUDIENCE, roles: [role], client_id: "first-party" });
    expect(claims).toMatchObject({ sub: expect.any(String), sid: expect.any(String), jti: expect.any(String) });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(await gateway.meWith(token)).toBe(200);
  });

  it("takes the e-mail address in any case, and tells how long the refresh token lives", async () => {
    const userId = await gateway.realm.userId("courier2");
    const { email } = (await (await gateway.realm.admin("GET", `/users/${userId}`)).json()) as { email: string };

    const response = await gateway.post("/v1/auth/sign-in", {
      email: ` ${email.toUpperCase()}`,
      password: "courier2-password",
    });

    expect(response.status).toBe(200);
    const tokens = (await response.json()) as { access_token: string; refresh_expires_in: number };
    expect(decodeJwt(tokens.access_token).sub).toBe(userId);
    expect(tokens.refresh_expires_in).toBeGreaterThan(60);
  });

  it.each([
    ["a wrong password", "customer", "wrong"],
    ["an unknown name", "nobody", "wrong"],
  ])("is refused with %s", async (_what, username, password) => {
    expect((await gateway.signIn(username, password)).status).toBe(401);
  });

  it("is 403 while the realm has it switched off", async () => {
    const [client] = (await (await gateway.realm.admin("GET", "/clients?clientId=first-party")).json()) as {
      id: string;
    }[];
    await gateway.realm.admin("PUT", `/clients/${client?.id}`, { clientId: "first-party", enabled: false });

    const { status } = await gateway.signIn("customer");

    await gateway.realm.admin("PUT", `/clients/${client?.id}`, { clientId: "first-party", enabled: true });
    expect(status).toBe(403);
    expect((await gateway.signIn("customer")).status).toBe(200);
  });

  it("is locked for a while after so many wrong passwords, the right one too", async () => {
    await gateway.realm.admin("PUT", "", { failureFactor: 3 });
    for (let round = 0; round < 3; round++) await gateway.signIn("customer2", "wrong");

    // Keycloak writes the lock beside its answer, and does not tell it from a wrong password.
    await expect.poll(async () => (await gateway.signIn("customer2")).status).toBe(401);
    expect((await gateway.signIn("courier")).status).toBe(200);
  });

  it("works for many at once, of one account too", async () => {
    const names = Array.from({ length: 8 }, (_, index) => (index % 2 ? "customer" : "courier"));

    const answers = await Promise.all(names.map(async (name) => gateway.signIn(name)));

    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  });
});

describe("refreshing", () => {
  it("rotates the token and keeps the session", async () => {
    const first = await gateway.signIn("courier");
    const second = await gateway.refresh(first.refresh_token);
    const third = await gateway.refresh(second.refresh_token);

    expect(new Set([first, second, third].map(({ refresh_token: token }) => token)).size).toBe(3);
    expect(decodeJwt(third.access_token)["sid"]).toBe(decodeJwt(first.access_token)["sid"]);
    expect(await gateway.meWith(third.access_token)).toBe(200);
  });

  it("survives that many bring the same token at once, at two gateways", async () => {
    await using second = await givenSecondGateway(gateway.realm, gateway.kv);
    const { refresh_token: token } = await gateway.signIn("courier");

    const gateways = Array.from({ length: 10 }, (_, index) => (index % 2 ? gateway : second));
    const answers = await Promise.all(gateways.map(async (each) => each.refresh(token)));

    expect(answers.map(({ status }) => status)).toEqual(gateways.map(() => 200));
    expect(new Set(answers.map(({ refresh_token: next }) => next)).size).toBe(1);
    expect((await gateway.refresh(answers[0]?.refresh_token ?? "")).status).toBe(200);
  });

  it("ends the session when an old token comes later", async () => {
    const first = await gateway.signIn("courier");
    const second = await gateway.refresh(first.refresh_token);
    // A gateway with another store knows of no shared answer: it stands for a later moment.
    await using later = await givenSecondGateway(gateway.realm, createMemoryStore());

    expect((await later.refresh(first.refresh_token)).status).toBe(401);
    expect((await later.refresh(second.refresh_token)).status).toBe(401);
  });
});

describe("signing out with a bearer token", () => {
  it("denies the session and revokes the refresh token at Keycloak", async () => {
    const { access_token, refresh_token } = await gateway.signIn("dispatcher");

    const response = await gateway.post(
      "/v1/auth/logout",
      { refresh_token },
      { authorization: `Bearer ${access_token}` },
    );

    expect(response.status).toBe(204);
    expect(await gateway.meWith(access_token)).toBe(401);
    await using other = await givenSecondGateway(gateway.realm, createMemoryStore());
    expect((await other.refresh(refresh_token)).status).toBe(401);
  });
});

describe("a token of Keycloak that is not for us", () => {
  const person = { grant_type: "password", client_id: "first-party", username: "admin", password: "admin-password" };

  it("is refused when it is an ID token or a refresh token", async () => {
    const tokens = await tokensOf(gateway.realm.issuer, { ...person, scope: "openid" });

    expect(await gateway.meWith(tokens["access_token"] ?? "")).toBe(200);
    expect(await gateway.meWith(tokens["id_token"] ?? "")).toBe(401);
    expect(await gateway.meWith(tokens["refresh_token"] ?? "")).toBe(401);
  });

  it("is refused when it is of another realm of the same Keycloak", async () => {
    const [username, password] = [engine("KEYCLOAK_ADMIN"), engine("KEYCLOAK_ADMIN_PASSWORD")];
    const administrator = { ...person, client_id: "admin-cli", username, password };
    const tokens = await tokensOf(`${engine("KEYCLOAK_URL")}/realms/master`, administrator);

    expect(await gateway.meWith(tokens["access_token"] ?? "")).toBe(401);
  });

  it("is refused when it is for another audience", async () => {
    const tokens = await tokensOf(gateway.realm.issuer, {
      grant_type: "client_credentials",
      client_id: "accounts",
      client_secret: gateway.realm.accountsSecret,
    });

    expect(decodeJwt(tokens["access_token"] ?? "")).toMatchObject({
      aud: "realm-management",
      iss: gateway.realm.issuer,
    });
    expect(await gateway.meWith(tokens["access_token"] ?? "")).toBe(401);
  });
});

async function tokensOf(issuer: string, form: Record<string, string>): Promise<Record<string, string>> {
  const address = `${issuer}/protocol/openid-connect/token`;
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
  return (await response.json()) as Record<string, string>;
}
