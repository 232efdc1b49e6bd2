import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NoteService } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { bearer, gatewayFixture } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("every answer", () => {
  it.each(["/v1/products", "/v1/nothing", "/", "/healthz", "/docs/swagger-ui.css"])(
    "%s has the security headers",
    async (path) => {
      const { send } = await gatewayFixture(issuer.url);

      const { headers } = await send(path);

      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      // A form on a page has to tell its origin.
      expect(headers.get("referrer-policy")).toBe(path === "/" ? "same-origin" : "no-referrer");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it.each([["x".repeat(129)], ["a b"], ["a\tb"], ['"quoted"']])("gets a new request id instead of %j", async (id) => {
    const { send } = await gatewayFixture(issuer.url);

    const { headers } = await send("/version", { headers: { "x-request-id": id } });

    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is counted and timed by route template", async () => {
    const { send, telemetry } = await gatewayFixture(issuer.url);

    await send(`/v1/orders/${ID}`, { headers: customer });
    await send("/wp-admin.php");

    const text = await telemetry.meters.registry.metrics();
    expect(text).toMatch(/http_requests_total\{.*route="\/v1\/orders\/\{order_id\}".*\} 1/);
    expect(text).toMatch(/http_request_duration_seconds_bucket\{.*\} 1 # \{trace_id="[0-9a-f]{32}"\}/);
    expect(text).toMatch(/http_errors_total\{.*route="\(unknown\)".*reason="ROUTE_NOT_FOUND".*\} 1/);
    expect(text).not.toContain("wp-admin");
  });

  it("to a PUT is told apart from others in metrics and spans", async () => {
    const { send, telemetry } = await gatewayFixture(
      issuer.url,
      (router) => router.service(NoteService, { updateNote: () => ({ note: { noteId: ID } }) }),
      {},
      "notes",
    );

    const body = JSON.stringify({ title: "Feeding", content: "Hay" });
    const headers = { ...customer, "content-type": "application/json" };
    const response = await send(`/v1/notes/${ID}`, { method: "PUT", headers, body });

    expect(response.status).toBe(200);
    expect(await telemetry.meters.registry.metrics()).toMatch(/http_requests_total\{method="PUT",route="\/v1\/notes/);
    expect(telemetry.spans().at(-1)?.name).toBe("PUT /v1/notes/{note.note_id}");
  });

  it("lets pages of listed origins in, with a token and never with cookies", async () => {
    const { send } = await gatewayFixture(issuer.url, undefined, { corsOrigins: ["https://shop.example"] });
    const asking = (origin: string) => ({
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

    const listed = await send("/v1/orders", asking("https://shop.example"));
    const other = await send("/v1/orders", asking("https://evil.example"));
    const answer = await send("/version", { headers: { origin: "https://shop.example" } });

    expect([listed.status, listed.headers.get("access-control-allow-origin")]).toEqual([204, "https://shop.example"]);
    expect(listed.headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, PUT, PATCH, DELETE");
    expect(listed.headers.has("access-control-allow-credentials")).toBe(false);
    expect(other.headers.has("access-control-allow-origin")).toBe(false);
    expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
    expect(answer.headers.get("vary")).toBe("origin");
  });
});
