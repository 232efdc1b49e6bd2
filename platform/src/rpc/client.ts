import type { DescService } from "@bufbuild/protobuf";
import { createClient, type CallOptions, type Client, type Transport } from "@connectrpc/connect";
import { Counter } from "prom-client";
import type { Caller } from "../access/caller.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { TlsMaterial } from "../tls/watch-tls.ts";
import { boundedTransport } from "./bounded-transport.ts";
import { metricsInterceptor } from "./metrics.ts";
import { peerOf } from "./peer-of.ts";
import { retryingTransport, type RetryOptions } from "./retrying-transport.ts";
import { traceClientInterceptor } from "./trace-client.ts";
import { createTransport } from "./transport.ts";

export interface RpcClientOptions {
  /** `https://127.0.0.1:9011`. */
  readonly address: string;
  readonly tls: TlsMaterial;
  readonly telemetry: Telemetry;
  /** The time of a unary call that is given none, tries and pauses included. */
  readonly timeoutMs?: number;
  /** The service that must answer there; the one that serves the contract's package unless given: `orders` for `orders.v1`. */
  readonly peer?: string;
  readonly retries?: Pick<RetryOptions, "retriesMax" | "pauseMs">;
}

/**
 * A client of another service over mutual TLS. Calls carry the trace, the ids and the deadline of the work at hand and end
 * with it; reads and writes with an `idempotency-key` are tried again when the service is away for a moment. Calls reject
 * with ConnectError: translate it by `fromConnectError` before it goes further.
 */
export function createRpcClient<S extends DescService>(service: S, options: RpcClientOptions): Client<S> {
  return createClient(service, createRpcTransport({ peer: peerOf(service), ...options }));
}

/** What carries the calls of such a client, for whoever calls by descriptors or calls several services of one peer. */
export function createRpcTransport(options: RpcClientOptions & { readonly peer: string }): Transport {
  const { address, tls, telemetry, timeoutMs = 2_000, peer, retries } = options;
  const transport = createTransport({
    address,
    tls,
    peer,
    interceptors: [traceClientInterceptor(telemetry.tracer, address), metricsInterceptor(telemetry.meters, "client")],
  });
  const onRetry = retryObserver(telemetry);
  return boundedTransport(retryingTransport(transport, { ...retries, onRetry }), timeoutMs);
}

/** Call options that carry the user on whose behalf a service calls another; without a user it calls on its own. */
export function onBehalfOf({ user }: Pick<Caller, "user">): CallOptions {
  return user ? { headers: { authorization: `Bearer ${user.token}` } } : {};
}

function retryObserver({ log, meters: { registry } }: Telemetry): NonNullable<RetryOptions["onRetry"]> {
  const name = "rpc_client_retries_total";
  const known = registry.getSingleMetric(name) as Counter<"method"> | undefined;
  const counter =
    known ?? new Counter({ name, help: "RPCs tried again", labelNames: ["method"] as const, registers: [registry] });
  return (method, error) => {
    counter.inc({ method });
    log.debug("rpc tried again", { rpc_method: method, err: error });
  };
}
