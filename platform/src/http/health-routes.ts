import type { Hono } from "hono";
import { readiness } from "../service/readiness.ts";
import type { ReadinessCheck } from "../service/service.ts";
import { VERSION } from "../version.ts";
import type { HttpEnv } from "./exchange.ts";
import { addRoute } from "./route.ts";

/** `/version`, `/healthz` while the process can answer at all, and `/readyz` when every check passes. */
export function addHealthRoutes(app: Hono<HttpEnv>, checks: readonly ReadinessCheck[]): void {
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
