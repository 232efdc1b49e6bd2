import { startRpcServer } from "@animal-delivery/platform/rpc/server";
import { listenAt } from "@animal-delivery/platform/service/listen-at";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import type { ServeOptions } from "./serve.ts";

export interface GrpcServer {
  readonly port: number;
  /** Takes no more connections and calls, ends streams, lets calls finish, and cuts what is left after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** Serves gRPC over TLS 1.3, with health and reflection. Health says NOT_SERVING from `stop` on. */
export async function serveGrpc(options: ServeOptions, stop: AbortSignal): Promise<GrpcServer> {
  const { settings, service, authenticate, certificate, telemetry } = options;
  const { certFile, keyFile, clientCaFile } = certificate;
  const tls = watchTls({ certFile, keyFile, caFile: clientCaFile ?? certFile });
  const servers = await listenAt(settings.host, settings.grpcPort, async (host, port) => {
    const server = await startRpcServer({
      name: service.name,
      host,
      port,
      tls,
      clientCertificate: clientCaFile === undefined ? "none" : "required",
      routes: (router) => service.routes(router),
      authenticate,
      telemetry,
      isServing: () => !stop.aborted,
    });
    return { ...server, abandon: async () => server.drain(0) };
  });
  return {
    port: servers[0].port,
    async drain(graceMs) {
      await Promise.all(servers.map(async (server) => server.drain(graceMs)));
      tls[Symbol.dispose]();
    },
  };
}
