import { chart } from "../build/chart.ts";
import type { Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { range } from "../build/query.ts";
import { byRpc, CALLS, counted, faultShare, quantile, rate, sumBy } from "./expressions.ts";

const OURS = `service="api-gateway", ${CALLS}`;

export const behindGateway: Row = {
  title: "What stands behind it",
  panels: [
    chart({
      title: "Calls to the services",
      description: "RPCs that the gateway makes, per second.",
      after: "suite",
      queries: [range(byRpc(sumBy("method", rate(`rpc_client_calls_total{${OURS}}`))), "{{rpc}}")],
      look: { unit: "reqps" },
      width: 8,
    }),
    chart({
      title: "Calls that failed",
      description:
        "The share of those calls that failed for a reason of ours: a service is away, too slow, or has a bug.",
      after: { mayBeZero: "nothing fails on a good day" },
      queries: [range(byRpc(faultShare("method", "rpc_client_calls_total", OURS)), "{{rpc}}")],
      look: { unit: "percentunit", decimals: 2, min: 0, thresholds: rising(0.001, 0.01) },
      width: 8,
    }),
    chart({
      title: "Calls tried again",
      description:
        "How many retries. They hide a service that is away for a moment; many of them mean that it is away for long.",
      after: "faults",
      queries: [range(byRpc(counted("method", `rpc_client_retries_total{${OURS}}`)), "{{rpc}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None" },
      bars: true,
      stacked: true,
      width: 8,
    }),
    chart({
      title: "Time of Redis",
      description: "95 % of the commands for rate limits, login sessions and ended sessions are faster.",
      after: { mayBeEmpty: "a platform of one process needs no Redis" },
      queries: [
        range(
          quantile(0.95, "operation", "redis_operation_duration_seconds", 'service="api-gateway"'),
          "{{operation}}",
        ),
      ],
      look: { unit: "s", min: 0, thresholds: rising(0.01, 0.1), noValue: "Not used" },
      width: 8,
    }),
    chart({
      title: "Redis commands that failed",
      description: "How many. Limits fall back to each process's memory; login sessions answer 503 until it is back.",
      after: "faults",
      queries: [
        range(
          counted("operation", 'redis_operation_duration_seconds_count{service="api-gateway", outcome="error"}'),
          "{{operation}}",
        ),
        range(counted("service", "rate_limit_fallbacks_total"), "requests counted in memory"),
      ],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None" },
      bars: true,
      stacked: true,
      width: 8,
    }),
    chart({
      title: "Strange connections",
      description: "Connections per second that sent what is no HTTP request, by fault: scanners, or a broken client.",
      after: { mayBeEmpty: "only scanners and broken clients make some" },
      queries: [range(sumBy("fault", rate("http_parser_errors_total")), "{{fault}}")],
      look: { unit: "suffix:/s", noValue: "None" },
      width: 8,
    }),
  ],
};
