import { isIPv6 } from "node:net";
import { type HttpServer, startHttpServer } from "@animal-delivery/platform/http/http-server";
import { parserFaultCounter } from "@animal-delivery/platform/http/parser-faults";
import { localTransport } from "@animal-delivery/platform/rpc/local-transport";
import type { ReadinessCheck } from "@animal-delivery/platform/service/service";
import type { Settings } from "./flags.ts";
import { createHttpFace } from "./http-face.ts";
import type { ServeOptions } from "./serve.ts";

type Face = ReturnType<typeof createHttpFace>;

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
  const transport = localTransport(
    (router) => service.routes(router),
    { name: service.name, authenticate, telemetry },
    draining,
  );
  // A public origin has a proxy in front, which may run on this machine.
  const tellsMetrics = isPrivate && settings.publicOrigin === undefined;
  const listening = Promise.withResolvers<Face>();
  let origin = "";
  const server = await startHttpServer({
    host,
    port,
    https: isPlain ? undefined : certificate,
    origin: () => origin,
    fetch: async (request, env) => (await listening.promise).fetch(request, env),
    onParserFault: parserFaultCounter(telemetry.meters),
  });
  // Problems are told by addresses of their own, which begin with it: it is known when the port is.
  origin = originOf(isPlain ? "http" : "https", settings, server.port);
  listening.resolve(createHttpFace({ origin, transport, authenticate, telemetry, checks, isPrivate: tellsMetrics }));
  return { ...server, origin };
}

/** Where the world reaches it. */
function originOf(scheme: "http" | "https", { publicOrigin, host }: Settings, port: number): string {
  const name = EVERYWHERE.has(host) ? "localhost" : isIPv6(host) ? `[${host}]` : host;
  return new URL(publicOrigin ?? `${scheme}://${name}:${port}`).origin;
}
