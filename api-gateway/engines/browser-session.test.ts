import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "./fixtures/browser.ts";
import { type GatewayWithRealm, givenGateway, givenSecondGateway } from "./fixtures/gateway.ts";

/** Access tokens that live no longer than this are about to expire for the gateway: each use of the session refreshes it. */
const LIFE_S = 30;

let gateway: GatewayWithRealm;
beforeAll(async () => {
  gateway = await givenGateway();
  await gateway.realm.admin("PUT", "", { accessTokenLifespan: LIFE_S });
});
afterAll(async () => gateway[Symbol.asyncDispose]());

it("a browser's session survives that many requests refresh it at once, at two gateways", async () => {
  await using second = await givenSecondGateway(gateway.realm, gateway.kv);
  const cookie = await givenSession("customer");

  const gateways = Array.from({ length: 10 }, (_, index) => (index % 2 ? gateway : second));
  const answers = await Promise.all(gateways.map(async (each) => each.get("/v1/auth/me", { cookie })));

  expect(answers.map(({ status }) => status)).toEqual(gateways.map(() => 200));
  expect((await gateway.get("/v1/auth/me", { cookie })).status).toBe(200);
});

/** Signs in and answers the session's cookie. */
async function givenSession(username: string): Promise<string> {
  const begun = await gateway.get("/v1/auth/login");
  const before = openBrowser(`${gateway.origin}/v1/auth/callback`);
  const { url } = await before.signIn(begun.headers.get("location") ?? "", username);
  const callback = await gateway.get(url.slice(gateway.origin.length), { cookie: cookieOf(begun, "__Host-login") });
  return cookieOf(callback, "__Host-session");
}

function cookieOf(response: Response, name: string): string {
  const cookies = response.headers.getSetCookie().map((line) => line.split(";", 1)[0] ?? "");
  return cookies.find((pair) => pair.startsWith(`${name}=`)) ?? "";
}
