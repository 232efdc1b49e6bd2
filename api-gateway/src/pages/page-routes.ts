import type { Hono } from "hono";
import type { ReadinessCheck } from "@animal-delivery/platform/service/service";
import { readiness } from "@animal-delivery/platform/service/readiness";
import type { Authenticator } from "../access/authenticate.ts";
import type { IdentityProvider } from "../auth/identity-provider.ts";
import type { ApiConfig } from "../config.ts";
import type { Downstream } from "../downstream.ts";
import type { GatewayEnv } from "../http/exchange.ts";
import { addRoute } from "../http/route.ts";
import { VERSION } from "@animal-delivery/platform/version";
import { addDocs } from "./docs.ts";
import { serviceStates } from "./health.ts";
import { homePage } from "./home.ts";
import { MAIL_LINK_SCRIPT_PATH, resetPasswordPage, verifyEmailPage } from "./mail-link-pages.ts";
import { MAIL_LINK_SCRIPT } from "./mail-link-script.ts";
import { createOpenApi } from "./openapi.ts";
import { STYLE } from "./page.ts";
import { problemPage, problemsPage } from "./problem-pages.ts";

export interface PageRoutesOptions {
  readonly config: ApiConfig;
  readonly provider: IdentityProvider;
  readonly downstream: Downstream;
  readonly authenticate: Authenticator;
  readonly checks: readonly ReadinessCheck[];
}

/** What the gateway shows besides the API: pages for people, probes for machines. */
export function addPageRoutes(app: Hono<GatewayEnv>, options: PageRoutesOptions): void {
  const { config, provider, downstream, authenticate, checks } = options;
  const issuerOrigin = new URL(config.oidc.issuer).origin;
  const openApi = createOpenApi(config.origin, provider);

  addRoute(app, "/", {
    GET: async (c) => {
      const user = await authenticate(c.req.raw).catch(() => undefined);
      return homePage({ version: VERSION, states: await serviceStates(downstream), user, issuerOrigin });
    },
  });
  addRoute(app, "/page.css", {
    GET: () => new Response(STYLE, { headers: { "content-type": "text/css; charset=utf-8" } }),
  });
  addRoute(app, "/reset-password", { GET: resetPasswordPage });
  addRoute(app, "/verify-email", { GET: verifyEmailPage });
  addRoute(app, MAIL_LINK_SCRIPT_PATH, {
    GET: () => new Response(MAIL_LINK_SCRIPT, { headers: { "content-type": "text/javascript; charset=utf-8" } }),
  });
  addRoute(app, "/openapi.json", { GET: async () => json(await openApi()) });
  addDocs(app, { clientId: config.oidc.docsClientId, origin: config.origin, issuerOrigin });
  addRoute(app, "/problems", { GET: problemsPage });
  addRoute(app, "/problems/:code", { GET: problemPage });
  addRoute(app, "/problems/:service/:code", { GET: problemPage });
  addRoute(app, "/version", { GET: () => Response.json({ version: VERSION }) });
  addRoute(app, "/healthz", { GET: () => Response.json({ status: "ok" }) });
  addRoute(app, "/readyz", {
    GET: async () => {
      const { ready, checks: results } = await readiness(checks);
      const status = ready ? "ok" : "unavailable";
      return Response.json({ status, checks: results }, { status: ready ? 200 : 503 });
    },
  });
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}
