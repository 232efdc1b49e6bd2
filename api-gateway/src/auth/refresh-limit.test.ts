import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayFixture, type GatewayFixture } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const ada = { username: "ada", password: "ada-password" };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("refreshes", () => {
  it("are limited by account, wherever they come from, and a refusal costs no session", async () => {
    const gateway = await fixture();
    let token = await refreshTokenOf(gateway, ada);

    const statuses: number[] = [];
    for (let address = 0; address < 6; address++) {
      const response = await refresh(gateway, token, `192.0.2.${address}`);
      statuses.push(response.status);
      if (response.status === 200) token = ((await response.json()) as { refresh_token: string }).refresh_token;
    }

    // Whose the first one is nobody knew.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    const stillGood = issuer.grants.refreshes;
    const provider = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token });
    const answer = await fetch(`${issuer.url}/token`, { method: "POST", body: provider });
    expect([answer.status, issuer.grants.refreshes]).toEqual([200, stillGood + 1]);
  });

  it("of others go on", async () => {
    const gateway = await fixture();
    let token = await refreshTokenOf(gateway, ada);
    const other = await refreshTokenOf(gateway, { username: "bob", password: "bob-password" });
    for (let address = 0; address < 5; address++) {
      const response = await refresh(gateway, token, `192.0.2.${address}`);
      if (response.status === 200) token = ((await response.json()) as { refresh_token: string }).refresh_token;
    }

    expect((await refresh(gateway, other, "192.0.2.9")).status).toBe(200);
  });

  it("are limited by address", async () => {
    const gateway = await fixture();

    const statuses = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await refresh(gateway, `none-${turn}`, "192.0.2.1")).status);

    expect(statuses).toEqual([401, 401, 401, 429]);
  });
});

async function fixture(): Promise<GatewayFixture> {
  const rateLimits = { read: 1, write: 1, stream: 1, auth: 3 };
  return gatewayFixture(issuer.url, undefined, { rateLimits, trustedProxies: 1 });
}

async function refreshTokenOf({ post }: GatewayFixture, who: typeof ada): Promise<string> {
  const response = await post("/v1/auth/sign-in", who, { "x-forwarded-for": "192.0.2.100" });
  return ((await response.json()) as { refresh_token: string }).refresh_token;
}

async function refresh({ post }: GatewayFixture, refreshToken: string, address: string): Promise<Response> {
  return post("/v1/auth/refresh", { refresh_token: refreshToken }, { "x-forwarded-for": address });
}
