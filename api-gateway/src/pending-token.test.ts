import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { UserState } from "@animal-delivery/contracts/gen/users/v1/user_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { gatewayFixture } from "./testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "./testing/issuer.ts";

const TOKEN = "pL3nT9vQx0a7mC2kS8dF5gH1jW4zB6yR_uE-iO9tYq0";
const UNKNOWN = "nO3nT9vQx0a7mC2kS8dF5gH1jW4zB6yR_uE-iO9tYq0";
const anna = { email: "anna@example.com", password: "seventeen tame ferrets", display_name: "Anna Schmidt" };
const user = { userId: "01982f5e-7c00-7000-8000-000000000005", email: anna.email, displayName: anna.display_name };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("a sign-up that takes longer", () => {
  it("is 202, and its Location tells how it goes on, which no cache may keep", async () => {
    const { post, send } = await fixture();

    const accepted = await post("/v1/auth/sign-up", anna);
    const location = accepted.headers.get("location") ?? "";
    const later = await send(location);

    expect([accepted.status, location]).toEqual([202, `/v1/auth/sign-up/${TOKEN}`]);
    expect(await accepted.json()).toMatchObject({ email: anna.email, state: "USER_STATE_PENDING" });
    expect([later.status, (await later.json()) as object]).toMatchObject([200, { state: "USER_STATE_ACTIVE" }]);
    expect([accepted, later].map(({ headers }) => headers.get("cache-control"))).toEqual(["no-store", "no-store"]);
  });

  it("leaves neither its token nor what was sent in log lines, spans and metrics", async () => {
    const { post, send, telemetry, serviceTelemetry } = await fixture();

    await post("/v1/auth/sign-up", anna);
    await send(`/v1/auth/sign-up/${TOKEN}`);
    await send(`/v1/auth/sign-up/${UNKNOWN}`);
    await send(`/v1/auth/sign-up/${TOKEN}`, { method: "PUT" });

    const lines = JSON.stringify([...telemetry.lines, ...serviceTelemetry.lines]);
    const spans = JSON.stringify(telemetry.spans());
    const metrics = [telemetry, serviceTelemetry].map(async ({ meters }) => meters.registry.metrics());
    const told = [lines, spans, ...(await Promise.all(metrics))];
    expect(lines).toContain("/v1/auth/sign-up/{pending_token}");
    expect(spans).toContain("/v1/auth/sign-up/{pending_token}");
    for (const text of told) {
      for (const secret of [TOKEN, UNKNOWN, anna.email, anna.password, anna.display_name]) {
        expect(text).not.toContain(secret);
      }
    }
  });
});

async function fixture() {
  return gatewayFixture(
    issuer.url,
    (router) =>
      router.service(AuthService, {
        signUp: () => ({ user: { ...user, state: UserState.PENDING }, pendingToken: TOKEN }),
        getSignUp: ({ pendingToken }) => {
          if (pendingToken === TOKEN) return { user: { ...user, state: UserState.ACTIVE } };
          throw new DomainError("notFound", "SIGN_UP_NOT_FOUND", "there is no such sign-up");
        },
      }),
    {},
    "accounts",
  );
}
