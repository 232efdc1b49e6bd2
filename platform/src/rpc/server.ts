import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import type { ConnectRouter } from "@connectrpc/connect";
import type { TlsMaterial } from "../tls/watch-tls.ts";
import { trackConnections } from "./connections.ts";
import { drainServer } from "./drain-server.ts";
import { healthRoutes } from "./health.ts";
import { HTTP2_LIMITS, HTTP2_PUBLIC_LIMITS, PUBLIC_CONNECTIONS_MAX } from "./limits.ts";
import { reflectionRoutes } from "./reflection.ts";
import { requestListener } from "./request-listener.ts";
import { routerOptions, type ServedCallOptions } from "./router-options.ts";
import { warmValidation } from "./validate.ts";

export interface RpcServerOptions extends ServedCallOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  /**
   * Whether callers must show a certificate of the authority in `tls`. Without it the certificate says nothing of who calls, and
   * `authenticate` must find that out by itself. `required` unless given.
   */
  readonly clientCertificate?: "required" | "none";
  readonly routes: (router: ConnectRouter) => void;
  /** A connection is ended at this age, without harm to its calls; half an hour, give or take a tenth, unless given. */
  readonly connectionMaxAgeMs?: number;
  /** What gRPC's health service answers while the server does not drain; true unless given. */
  readonly isServing?: () => boolean;
}

export interface RpcServer {
  readonly port: number;
  /** Stops accepting, ends streams with UNAVAILABLE, lets calls finish; cuts what is left after `graceMs`. */
  drain(graceMs?: number): Promise<void>;
}

/** Serves RPCs over HTTP/2 with TLS 1.3, to callers that show a certificate of the platform's authority unless told otherwise. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { tls } = options;
  const vouched = options.clientCertificate !== "none";
  const secure = () => tlsOptions(tls, vouched);
  const draining = new AbortController();
  const listener = rpcListener(options, draining.signal);
  const server = createSecureServer({ ...(vouched ? HTTP2_LIMITS : HTTP2_PUBLIC_LIMITS), ...secure() }, listener);
  if (!vouched) server.maxConnections = PUBLIC_CONNECTIONS_MAX;
  const connections = trackConnections(server, options.connectionMaxAgeMs ?? 1_800_000, options.telemetry.log);
  const stopReload = tls.onChange(() => server.setSecureContext(secure()));
  server.listen(options.port, options.host);
  await once(server, "listening");

  let drained: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    drain: (graceMs = 10_000) => {
      stopReload();
      draining.abort();
      drained ??= drainServer(server, connections, graceMs);
      return drained;
    },
  };
}

function rpcListener(options: RpcServerOptions, draining: AbortSignal) {
  const isServing = (): boolean => !draining.aborted && (options.isServing?.() ?? true);
  const routes = (router: ConnectRouter): void => {
    options.routes(router);
    warmValidation(router.handlers.map(({ method }) => method.input));
    const services = [...new Set(router.handlers.map(({ service }) => service))];
    healthRoutes(router, services, isServing);
    reflectionRoutes(router, [...services, Health]);
  };
  return requestListener(routes, routerOptions(options, draining), options.telemetry.log);
}

function tlsOptions(tls: TlsMaterial, vouched: boolean) {
  return { ...tls.current(), minVersion: "TLSv1.3", requestCert: vouched, rejectUnauthorized: vouched } as const;
}
