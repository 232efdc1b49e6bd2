import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Gauge } from "prom-client";
import type { Meters } from "../telemetry/metrics.ts";
import { readiness } from "./readiness.ts";
import type { ReadinessCheck } from "./service.ts";

export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly checks: readonly ReadinessCheck[];
  readonly meters: Meters;
}

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers whoever runs the service, on an internal port: `/healthz` while the process can answer at all, `/readyz` when
 * every check passes (503 otherwise), `/metrics` in OpenMetrics.
 */
export async function startOpsServer({ host, port, checks, meters }: OpsServerOptions): Promise<OpsServer> {
  measureReadiness(checks, meters);
  const answers: Record<string, (response: ServerResponse) => Promise<void>> = {
    "/healthz": async (response) => sendJson(response, 200, { status: "ok" }),
    "/readyz": async (response) => {
      const { ready, checks: results } = await readiness(checks);
      sendJson(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", checks: results });
    },
    "/metrics": async (response) => {
      const text = await meters.registry.metrics();
      response.writeHead(200, { "content-type": meters.registry.contentType }).end(text);
    },
  };
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const answer = Object.hasOwn(answers, request.url ?? "") ? answers[request.url ?? ""] : undefined;
    if (request.method !== "GET" || !answer) return sendJson(response, 404, { status: "not found" });
    answer(response).catch(() => sendJson(response, 500, { status: "failed" }));
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What `/readyz` asks is asked at each scrape too, so that dashboards see which check failed, and for how long. */
function measureReadiness(checks: readonly ReadinessCheck[], { registry }: Meters): void {
  const gauge: Gauge<"check"> = new Gauge({
    name: "readiness_check",
    help: "1 while the check passes, 0 while it fails",
    labelNames: ["check"],
    registers: [registry],
    collect: async () => {
      const results = Object.entries((await readiness(checks)).checks);
      for (const [check, result] of results) gauge.set({ check }, result === "ok" ? 1 : 0);
    },
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
