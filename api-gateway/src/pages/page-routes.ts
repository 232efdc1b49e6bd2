import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { REASONS } from "@animal-delivery/contracts/gen/reasons";
import { addDocs } from "@animal-delivery/platform/http/docs";
import type { HttpEnv } from "@animal-delivery/platform/http/exchange";
import { addHealthRoutes } from "@animal-delivery/platform/http/health-routes";
import { addPageStyle } from "@animal-delivery/platform/http/page";
import { addProblemPages } from "@animal-delivery/platform/http/problem-pages";
import { addRoute } from "@animal-delivery/platform/http/route";
import type { ReadinessCheck } from "@animal-delivery/platform/service/service";
import { VERSION } from "@animal-delivery/platform/version";
import type { Authenticator } from "../access/authenticate.ts";
import type { IdentityProvider } from "../auth/identity-provider.ts";
import type { ApiConfig } from "../config.ts";
import type { Downstream } from "../downstream.ts";
import { serviceStates } from "./health.ts";
import { homePage } from "./home.ts";
import { MAIL_LINK_SCRIPT_PATH, resetPasswordPage, verifyEmailPage } from "./mail-link-pages.ts";
import { MAIL_LINK_SCRIPT } from "./mail-link-script.ts";
import { createOpenApi } from "./openapi.ts";

export interface PageRoutesOptions {
  readonly config: ApiConfig;
  readonly provider: IdentityProvider;
  readonly downstream: Downstream;
  readonly authenticate: Authenticator;
  readonly checks: readonly ReadinessCheck[];
}

/** What the gateway shows besides the API: pages for people, probes for machines. */
export function addPageRoutes(app: Hono<HttpEnv>, options: PageRoutesOptions): void {
  const { config, provider, downstream, authenticate, checks } = options;
  const issuerOrigin = new URL(config.oidc.issuer).origin;
  const openApi = createOpenApi(config.origin, provider);

  addRoute(app, "/", {
    GET: async (c) => {
      const user = await authenticate(c.req.raw).catch(() => undefined);
      return homePage({ version: VERSION, states: await serviceStates(downstream), user, issuerOrigin });
    },
  });
  addPageStyle(app);
  addRoute(app, "/reset-password", { GET: resetPasswordPage });
  addRoute(app, "/verify-email", { GET: verifyEmailPage });
  addRoute(app, MAIL_LINK_SCRIPT_PATH, {
    GET: () => new Response(MAIL_LINK_SCRIPT, { headers: { "content-type": "text/javascript; charset=utf-8" } }),
  });
  addRoute(app, "/openapi.json", { GET: async () => json(await openApi()) });
  addDocs(app, {
    title: "animal-delivery API",
    assetsFolder: dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json"))),
    signIn: { clientId: config.oidc.docsClientId, origin: config.origin, issuerOrigin },
  });
  addProblemPages(app, { reasons: REASONS, everybody: "Gateway and every service" });
  addHealthRoutes(app, checks);
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}
