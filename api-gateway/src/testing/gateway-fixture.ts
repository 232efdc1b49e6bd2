import { type ConnectRouter, createRouterTransport } from "@connectrpc/connect";
import { expect } from "vitest";
import { loadAccess } from "@animal-delivery/platform/access/access";
import { createDeniedSessions, type DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { serverInterceptors } from "@animal-delivery/platform/rpc/interceptors";
import { traceClientInterceptor } from "@animal-delivery/platform/rpc/trace-client";
import { type FragileStore, fragileStore } from "@animal-delivery/platform/testing/fragile-store";
import { type SpanTelemetry, spanTelemetry } from "@animal-delivery/platform/testing/spans";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { ApiConfig } from "../config.ts";
import { createGateway, type Gateway } from "../service.ts";
import { AUDIENCE } from "./issuer-tokens.ts";

export const ORIGIN = "http://localhost:8080";

export interface GatewayFixture {
  readonly gateway: Gateway;
  readonly telemetry: SpanTelemetry;
  /** Of the services. */
  readonly serviceTelemetry: TestTelemetry;
  readonly deniedSessions: DeniedSessions;
  readonly kv: FragileStore;
  /** Sends a request as it would come over the network. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
  /** The same with a JSON body. */
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

/** A gateway in front of services that are in this process: the real interceptors, no network. */
export async function gatewayFixture(
  issuer: string,
  routes: (router: ConnectRouter) => void = () => undefined,
  changes: Partial<ApiConfig> = {},
  /** The service that the routes are of. */
  service = "orders",
): Promise<GatewayFixture> {
  const kv = fragileStore();
  return { ...(await gatewayOn(kv, issuer, routes, changes, service)), kv };
}

/** The same over a store of the test's own. */
export async function gatewayOn(
  kv: KeyValueStore,
  issuer: string,
  routes: (router: ConnectRouter) => void = () => undefined,
  changes: Partial<ApiConfig> = {},
  service = "orders",
): Promise<Omit<GatewayFixture, "kv">> {
  const telemetry = spanTelemetry("api-gateway");
  const deniedSessions = createDeniedSessions(kv, telemetry);
  const serviceTelemetry = testTelemetry(service);
  const interceptors = serverInterceptors({ name: service, telemetry: serviceTelemetry });
  const transport = createRouterTransport(routes, {
    router: { interceptors },
    transport: { interceptors: [traceClientInterceptor(telemetry.tracer, "https://services.example")] },
  });
  const gateway = createGateway(configFor(issuer, changes), {
    telemetry,
    access: await loadAccess(),
    verifier: createTokenVerifier({ issuer, audience: AUDIENCE }),
    deniedSessions,
    kv,
    downstream: () => transport,
  });
  const send = async (path: string, init?: RequestInit): Promise<Response> => gateway.app.request(ORIGIN + path, init);
  return {
    gateway,
    telemetry,
    serviceTelemetry,
    deniedSessions,
    send,
    post: async (path, body, headers) =>
      send(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
  };
}

function configFor(issuer: string, changes: Partial<ApiConfig>): ApiConfig {
  return {
    origin: ORIGIN,
    trustedProxies: 0,
    corsOrigins: [],
    oidc: {
      issuer,
      audience: AUDIENCE,
      clientId: "api-gateway",
      clientSecret: "secret",
      firstPartyClientId: "first-party",
      docsClientId: "swagger",
      timeoutMs: 5_000,
    },
    sessionTtlMs: 3_600_000,
    requestTimeoutMs: 5_000,
    bodyBytesMax: 1_000,
    rateLimits: { read: 1_000, write: 1_000, stream: 1_000, auth: 1_000 },
    signUpsPerHour: 1_000,
    signInFailuresMax: 5,
    ...changes,
  };
}

/** The header of a bearer token. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** The cookies that an answer sets, as the browser sends them back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0] ?? "")
    .filter((pair) => !pair.endsWith("="))
    .join("; ");
}

/** The problem that an answer is; an answer of another media type fails the test. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as Record<string, unknown>;
}
