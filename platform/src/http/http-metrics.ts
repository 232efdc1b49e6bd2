import type { Context } from "@opentelemetry/api";
import { Counter, Histogram } from "prom-client";
import type { Meters } from "../telemetry/metrics.ts";
import { exemplarLabels } from "../telemetry/exemplar.ts";
import type { Exchange } from "./exchange.ts";
import { knownMethod } from "./http-method.ts";

const LABELS = ["method", "route", "status"] as const;
/** 0.2 is the bound of the latency objective, deploy/prometheus/objectives.ts: without it nobody could count what kept it. */
const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Rate, errors and durations of an HTTP API. */
export interface HttpMetrics {
  /** `trace` is the request's. */
  answered(exchange: Exchange, method: string, status: number, durationMs: number, trace: Context): void;
}

export function createHttpMetrics(meters: Meters): HttpMetrics {
  const registers = [meters.registry];
  const requests = new Counter({
    name: "http_requests_total",
    help: "requests answered",
    labelNames: LABELS,
    registers,
  });
  const durations = new Histogram<string>({
    name: "http_request_duration_seconds",
    help: "time from the request's headers to the answer's headers",
    labelNames: LABELS,
    buckets: BUCKETS_S,
    enableExemplars: true,
    registers,
  });
  const errors = new Counter({
    name: "http_errors_total",
    help: "requests refused or failed, by reason",
    labelNames: [...LABELS, "reason"] as const,
    registers,
  });
  return {
    answered({ route, reason }, method, status, durationMs, trace) {
      const labels = { method: knownMethod(method, "OTHER"), route, status: String(status) };
      requests.inc(labels);
      if (reason !== undefined) errors.inc({ ...labels, reason });
      durations.observe({ labels, value: durationMs / 1_000, exemplarLabels: exemplarLabels(trace) });
    },
  };
}
