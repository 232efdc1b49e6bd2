import type { DescMethod } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import type { Context } from "@opentelemetry/api";
import { Counter, Gauge, Histogram } from "prom-client";
import { currentContext } from "../request-context.ts";
import { exemplarLabels } from "../telemetry/exemplar.ts";
import type { Meters } from "../telemetry/metrics.ts";
import { codeName } from "./code-name.ts";
import { methodName } from "./method-name.ts";
import { observeCalls, type CallEnded } from "./observe-call.ts";

export type RpcSide = "server" | "client";

/** What is counted of the calls on one side. */
export interface RpcMetrics {
  started(method: DescMethod): void;
  /** `trace` is the call's, if it has one. */
  ended(method: DescMethod, ended: Pick<CallEnded, "error" | "durationMs">, trace: Context | undefined): void;
}

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const made = new WeakMap<Meters["registry"], Map<RpcSide, RpcMetrics>>();

/** The RPC metrics of a registry; made once, however many clients and servers share it. */
export function rpcMetrics({ registry }: Meters, side: RpcSide): RpcMetrics {
  const sides = made.get(registry) ?? new Map<RpcSide, RpcMetrics>();
  made.set(registry, sides);
  const metrics = sides.get(side) ?? makeMetrics(registry, side);
  sides.set(side, metrics);
  return metrics;
}

/** Counts calls by RPC and code, times them, and knows how many run. */
export function metricsInterceptor(meters: Meters, side: RpcSide): Interceptor {
  const metrics = rpcMetrics(meters, side);
  return observeCalls(({ method }) => {
    metrics.started(method);
    const trace = currentContext()?.trace;
    return (ended) => metrics.ended(method, ended, trace);
  });
}

function makeMetrics(registry: Meters["registry"], side: RpcSide): RpcMetrics {
  const common = { registers: [registry], labelNames: ["method", "code"] as const };
  const calls = new Counter({ ...common, name: `rpc_${side}_calls_total`, help: `RPCs that ended, ${side} side` });
  const durations = new Histogram<string>({
    ...common,
    enableExemplars: true,
    name: `rpc_${side}_call_duration_seconds`,
    help: `time from the start of an RPC to its end, ${side} side`,
    buckets: BUCKETS_S,
  });
  const inFlight = new Gauge({
    registers: [registry],
    labelNames: ["method"],
    name: `rpc_${side}_calls_in_flight`,
    help: `RPCs that run now, ${side} side`,
  });
  return {
    started: (method) => inFlight.inc({ method: methodName(method) }),
    ended: (method, { error, durationMs }, trace) => {
      const labels = { method: methodName(method), code: codeName(error) };
      inFlight.dec({ method: labels.method });
      calls.inc(labels);
      durations.observe({ labels, value: durationMs / 1_000, exemplarLabels: exemplarLabels(trace) });
    },
  };
}
