import { isIPv6 } from "node:net";
import { type HttpServer, startHttpServer } from "@animal-delivery/platform/http/http-server";
import { parserFaultCounter } from "@animal-delivery/platform/http/parser-faults";
import { localTransport } from "@animal-delivery/platform/rpc/local-transport";
import type { ReadinessCheck } from "@animal-delivery/platform/service/service";
import type { Settings } from "./flags.ts";
import { createHttpFace } from "./http-face.ts";
import type { ServeOptions } from "./serve.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const EVERYWHERE = new Set(["0.0.0.0", "::"]);

/** Serves REST, by calls of the service in this process. Its streams end when `draining` aborts. */
export async function serveHttp(
  options: ServeOptions,
  checks: readonly ReadinessCheck[],
  draining: AbortSignal,
): Promise<HttpServer & { readonly origin: string }> {
  const { settings, service, authenticate, certificate, telemetry } = options;
  const { host, httpPort: port } = settings;
  const isPrivate = LOOPBACK.has(host);
  const isPlain = isPrivate && settings.tlsCert === undefined && settings.tlsClientCa === undefined;
  const origin = originOf(isPlain ? "http" : "https", settings);
  const transport = localTransport(
    (router) => service.routes(router),
    { name: service.name, authenticate, telemetry },
    draining,
  );
  // A public origin has a proxy in front, which may run on this machine.
  const tellsMetrics = isPrivate && settings.publicOrigin === undefined;
  const app = createHttpFace({ origin, transport, authenticate, telemetry, checks, isPrivate: tellsMetrics });
  const server = await startHttpServer({
    host,
    port,
    https: isPlain ? undefined : certificate,
    origin,
    fetch: app.fetch.bind(app),
    onParserFault: parserFaultCounter(telemetry.meters),
  });
  return { ...server, origin };
}

/** Where the world reaches it. */
function originOf(scheme: "http" | "https", { publicOrigin, host, httpPort }: Settings): string {
  const name = EVERYWHERE.has(host) ? "localhost" : isIPv6(host) ? `[${host}]` : host;
  return new URL(publicOrigin ?? `${scheme}://${name}:${httpPort}`).origin;
}
