import { Hono } from "hono";
import type { JWTVerifyGetKey } from "jose";
import type { Access } from "@animal-delivery/platform/access/access";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { createIssuerKeys } from "@animal-delivery/platform/access/issuer-keys";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import { ROUTED_SERVICES } from "@animal-delivery/contracts/gen/services";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { peerOf } from "@animal-delivery/platform/rpc/peer-of";
import type { ReadinessCheck, Task } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { createTranscoder, type Transcoder } from "@animal-delivery/transcoder/transcoder";
import { createAdmit } from "./access/admit.ts";
import { createAuthenticator } from "./access/authenticate.ts";
import { createCounters } from "./access/counters.ts";
import { createRateLimits } from "./access/rate-limit.ts";
import { addAuthRoutes } from "./auth/auth-routes.ts";
import { createIdentityProvider } from "./auth/identity-provider.ts";
import type { LogoutTokenRules } from "./auth/logout-token.ts";
import { createSessions } from "./auth/sessions.ts";
import type { ApiConfig } from "./config.ts";
import { type Downstream, endingStreams } from "./downstream.ts";
import { createActiveUsers } from "./http/active-users.ts";
import type { Exchange, HttpEnv } from "@animal-delivery/platform/http/exchange";
import { observe } from "@animal-delivery/platform/http/observe";
import { addPageRoutes } from "./pages/page-routes.ts";
import { createProblemAnswerer } from "@animal-delivery/platform/http/answer-problem";
import { warmUp } from "./warm-up.ts";

/**
 * How long a session stays denied at the least: longer than a provider lets refresh tokens of it, which nobody showed us,
 * follow one another. Ours ends a grant after 14 days.
 */
const DENY_MS_MIN = 15 * 24 * 3_600_000;

export interface GatewayResources {
  readonly telemetry: Telemetry;
  readonly access: Access;
  readonly verifier: TokenVerifier;
  readonly deniedSessions: DeniedSessions;
  /** Holds login sessions and counters. */
  readonly kv: KeyValueStore;
  readonly downstream: Downstream;
}

/** The public side of the platform, ready to be served. */
export interface Gateway {
  readonly app: Hono<HttpEnv>;
  readonly tasks: readonly Task[];
  readonly checks: readonly ReadinessCheck[];
  /** Runs what the first request would else wait for. Never rejects: what is away now is tried again when it is needed. */
  warmUp(): Promise<void>;
  /** Not ready from now on; event streams end. */
  drain(): void;
}

/** REST for every RPC of the contract, signing in, and the pages. Nothing here names an RPC: routes follow the contract. */
export function createGateway(config: ApiConfig, resources: GatewayResources): Gateway {
  const { telemetry, access, verifier, deniedSessions, kv, downstream } = resources;
  const { origin, sessionTtlMs, signInFailuresMax } = config;
  const issuerKeys = createIssuerKeys(config.oidc);
  const provider = createIdentityProvider(config.oidc, origin, { keys: issuerKeys, tracer: telemetry.tracer });
  const sessions = createSessions(kv, provider, sessionTtlMs);
  const authenticate = createAuthenticator({ verifier, deniedSessions, sessions, origin });
  const counters = createCounters(kv, telemetry);
  const rateLimits = createRateLimits(counters, {
    perMinute: config.rateLimits,
    signUpsPerHour: config.signUpsPerHour,
  });
  const activeUsers = createActiveUsers(kv, telemetry);
  const problem = createProblemAnswerer({ origin, log: telemetry.log });
  const draining = new AbortController();
  const checks = [{ name: "accepts requests", check: async () => draining.signal.throwIfAborted() }];

  const transcoder: Transcoder<Exchange> = createTranscoder<Exchange>({
    services: ROUTED_SERVICES,
    transport: (service) => endingStreams(downstream(peerOf(service)), draining.signal),
    bodyBytesMax: config.bodyBytesMax,
    admit: createAdmit({ authenticate, access, rateLimits, requestTimeoutMs: config.requestTimeoutMs }),
    problem,
  });

  const app = new Hono<HttpEnv>().use(
    observe({ ...config, onUser: (subject) => activeUsers.seen(subject) }, telemetry),
  );
  addPageRoutes(app, { config, provider, downstream, authenticate, checks });
  const auth = {
    logoutTokens: logoutTokenRules(config.oidc, issuerKeys),
    kv,
    provider,
    sessions,
    verifier,
    deniedSessions,
    authenticate,
    rateLimits,
    counters,
    origin,
  };
  addAuthRoutes(app, { ...auth, sessionTtlMs, denyMs: Math.max(sessionTtlMs, DENY_MS_MIN), signInFailuresMax });
  app.all("*", async (c) => transcoder.handle(c.req.raw, c.get("exchange")));
  app.onError((error, c) => problem(error, c.req.raw, c.get("exchange")));

  return {
    app,
    tasks: [deniedSessions.task, activeUsers.task],
    checks,
    warmUp: async () => warmUp({ app, downstream, provider }),
    drain: () => draining.abort(),
  };
}

function logoutTokenRules(oidc: ApiConfig["oidc"], keys: JWTVerifyGetKey): LogoutTokenRules {
  const { issuer, clientId, firstPartyClientId, docsClientId } = oidc;
  return { keys, issuer, clientIds: [clientId, firstPartyClientId, docsClientId] };
}
