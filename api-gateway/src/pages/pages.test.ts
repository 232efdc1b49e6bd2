import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { REASONS } from "@animal-delivery/contracts/gen/reasons";
import { gatewayFixture, ORIGIN } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

const html = { headers: { accept: "text/html" } };

describe("the pages", () => {
  it("show how each service is", async () => {
    const { send } = await gatewayFixture(issuer.url, (router) =>
      router.service(Health, { check: () => ({ status: Status.SERVING }) }),
    );
    const away = await gatewayFixture(issuer.url);

    expect(await (await send("/", html)).text()).toMatch(/orders<\/td>\s*<td class="serving">serving/);
    expect(await (await away.send("/", html)).text()).toMatch(/orders<\/td>\s*<td class="away">away/);
  });

  it("explain every error there is, to people and to programs", async () => {
    const { send } = await gatewayFixture(issuer.url);

    for (const { domain, slug, reason } of REASONS) {
      const page = await send(`/problems/${domain}/${slug}`, html);
      const json = await send(`/problems/${domain}/${slug}`);
      expect([page.status, json.status]).toEqual([200, 200]);
      expect(await page.text()).toContain(reason);
      expect(await json.json()).toMatchObject({ reason });
      expect((await send(`/problems/${reason}`)).status).toBe(200);
    }
    expect(await (await send("/problems", html)).text()).toContain("/problems/common/route-not-found");
  });

  it("load nothing from anywhere else", async () => {
    const { send } = await gatewayFixture(issuer.url);

    const docs = await send("/docs");
    const page = await docs.text();

    expect(docs.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(page).not.toMatch(/(?:src|href)="(?!\/)/);
    for (const [, path] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect((await send(path ?? "")).status).toBe(200);
    }
    expect(await (await send("/docs/init.js")).text()).toContain(`"${ORIGIN}/docs/oauth2-redirect.html"`);
    expect((await send("/docs/../package.json")).status).toBe(404);
  });

  it("describe the API as this gateway serves it", async () => {
    const { send } = await gatewayFixture(issuer.url);

    const document = (await (await send("/openapi.json")).json()) as Record<string, unknown>;

    expect(document["servers"]).toEqual([{ url: ORIGIN }]);
    expect(JSON.stringify(document["components"])).toContain(`"authorizationUrl":"${issuer.url}/auth"`);
  });

  it("tell version and health", async () => {
    const { send } = await gatewayFixture(issuer.url);

    expect(await (await send("/version")).json()).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(await (await send("/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await send("/readyz")).json()).toEqual({ status: "ok", checks: { "accepts requests": "ok" } });
  });
});
