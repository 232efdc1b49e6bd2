import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import type { ConnectRouter } from "@connectrpc/connect";
import type { Telemetry } from "../telemetry/resources.ts";
import type { TlsMaterial } from "../tls/watch-tls.ts";
import type { Authenticator } from "./authenticate.ts";
import type { DeadlineOptions } from "./deadline.ts";
import { trackConnections } from "./connections.ts";
import { drainServer } from "./drain-server.ts";
import type { ErrorOptions } from "./error.ts";
import { healthRoutes } from "./health.ts";
import { errorDomain, serverInterceptors } from "./interceptors.ts";
import { reflectionRoutes } from "./reflection.ts";
import { authenticationGate } from "./request-gate.ts";
import { requestListener } from "./request-listener.ts";
import { warmValidation } from "./validate.ts";
import { HTTP2_LIMITS, MESSAGE_BYTES_MAX, TIMER_MS_MAX } from "./limits.ts";

export interface RpcServerOptions {
  /** The service's name: `orders`. */
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  readonly routes: (router: ConnectRouter) => void;
  readonly authenticate: Authenticator;
  readonly telemetry: Telemetry;
  readonly deadline?: Pick<DeadlineOptions, "defaultTimeoutMs" | "maxTimeoutMs" | "streamMaxAgeMs" | "recheckMs">;
  /** A connection is ended at this age, without harm to its calls; half an hour, give or take a tenth, unless given. */
  readonly connectionMaxAgeMs?: number;
  /** What gRPC's health service answers while the server does not drain; true unless given. */
  readonly isServing?: () => boolean;
  /** For tests that fail on it. */
  readonly onUndocumentedRefusal?: ErrorOptions["onUndocumentedRefusal"];
}

export interface RpcServer {
  readonly port: number;
  /** Stops accepting, ends streams with UNAVAILABLE, lets calls finish; cuts what is left after `graceMs`. */
  drain(graceMs?: number): Promise<void>;
}

/** Serves RPCs over HTTP/2 with TLS 1.3 to callers that show a certificate of the platform's authority. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { tls } = options;
  const draining = new AbortController();
  const listener = rpcListener(options, draining.signal);
  const server = createSecureServer({ ...HTTP2_LIMITS, ...tlsOptions(tls) }, listener);
  const connections = trackConnections(server, options.connectionMaxAgeMs ?? 1_800_000, options.telemetry.log);
  const stopReload = tls.onChange(() => server.setSecureContext(tlsOptions(tls)));
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
  const { name, telemetry, authenticate, onUndocumentedRefusal } = options;
  const isServing = (): boolean => !draining.aborted && (options.isServing?.() ?? true);
  const routes = (router: ConnectRouter): void => {
    options.routes(router);
    warmValidation(router.handlers.map(({ method }) => method.input));
    const services = [...new Set(router.handlers.map(({ service }) => service))];
    healthRoutes(router, services, isServing);
    reflectionRoutes(router, [...services, Health]);
  };
  const deadline = { ...options.deadline, recheck: authenticate.recheck, draining };
  const limits = {
    readMaxBytes: MESSAGE_BYTES_MAX,
    writeMaxBytes: MESSAGE_BYTES_MAX,
    maxTimeoutMs: TIMER_MS_MAX,
    // Inside a cluster compressing costs more than the bytes it saves.
    acceptCompression: [],
  };
  return requestListener(
    routes,
    {
      ...limits,
      interceptors: serverInterceptors({ name, telemetry, deadline, onUndocumentedRefusal }),
      requestGate: authenticationGate(authenticate, errorDomain(name), telemetry),
      grpcWeb: false,
      connect: false,
    },
    telemetry.log,
  );
}

function tlsOptions(tls: TlsMaterial) {
  return { ...tls.current(), minVersion: "TLSv1.3", requestCert: true, rejectUnauthorized: true } as const;
}
