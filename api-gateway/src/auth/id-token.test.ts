import { expect, it } from "vitest";
import { cookiesOf, gatewayFixture } from "../testing/gateway-fixture.ts";
import { startIssuer } from "../testing/issuer.ts";
import { logIn } from "../testing/log-in.ts";

/** Logs in at an issuer whose ID tokens are changed on their way. */
async function logInWith(change: (idToken: string) => string): Promise<Response> {
  await using issuer = await startIssuer();
  const answer = issuer.grants.answer.bind(issuer.grants);
  const changed: typeof answer = async (...asked) => {
    const tokens = await answer(...asked);
    return typeof tokens === "string" ? tokens : { ...tokens, id_token: change(String(tokens["id_token"])) };
  };
  Object.assign(issuer.grants, { answer: changed });
  return (await logIn(await gatewayFixture(issuer.url))).callback;
}

it("as the provider issued it opens a session", async () => {
  expect(cookiesOf(await logInWith((idToken) => idToken))).toContain("__Host-session=");
});

it.each([
  ["whose signature is not the provider's", (idToken: string) => idToken.replace(/[^.]{8}$/, "AAAAAAAA")],
  ["that is missing", () => ""],
])("%s opens no session", async (_what, change) => {
  const callback = await logInWith(change);

  expect(callback.status).not.toBe(302);
  expect(cookiesOf(callback)).toBe("");
});
