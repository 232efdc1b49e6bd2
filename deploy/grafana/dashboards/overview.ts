import { chart } from "../build/chart.ts";
import { dashboardUrl, type Dashboard, type Row } from "../build/dashboard.ts";
import { falling, rising } from "../build/look.ts";
import { hopingForZero, instant, range, rangeWithTraces } from "../build/query.ts";
import { table } from "../build/table.ts";
import { CALLS, faultShare, lately, OURS, quantile, rate, serverErrorShare, sumBy, UNARY } from "./expressions.ts";
import { overviewVerdicts } from "./overview-verdicts.ts";

const promises: Row = {
  title: "What was promised",
  panels: [
    chart({
      title: "Budget burn rate, last hour",
      description:
        "How many times faster than allowed each promise is being broken, over the last hour. At 1 the budget of 30 days lasts 30 days; from 6 somebody is called.",
      after: { mayBeZero: "no promise is broken on a good day" },
      queries: [range("slo:burn:ratio_rate1h", "{{slo}}")],
      look: { unit: "short", decimals: 1, min: 0, thresholds: rising(1, 6) },
      width: 8,
    }),
    chart({
      title: "Requests that kept the promise",
      description:
        "Over 5 minutes. Availability: no 5xx, promised for 99.9 %. Latency: within 200 ms, promised for 95 %.",
      after: "suite",
      queries: [range("1 - slo:error:ratio_rate5m", "{{slo}}")],
      look: { unit: "percentunit", decimals: 2, max: 1 },
      width: 8,
    }),
    table({
      title: "Alerts that fire",
      description: "What Prometheus wants somebody to look at. Click one to see where.",
      after: { mayBeEmpty: "no alert fires on a good day" },
      queries: [instant('ALERTS{alertstate="firing"}')],
      columns: [
        {
          field: "alertname",
          title: "Alert",
          links: [{ title: "Where to look", url: dashboardUrl("${__data.fields.Page}") }],
        },
        { field: "dashboard", title: "Page", width: 75 },
        { field: "severity", title: "Severity", width: 75 },
        { field: "slo", title: "Promise", width: 85 },
        { field: "job", title: "Job", width: 100 },
        { field: "service", title: "Service", width: 100 },
        { field: "consumer", title: "Consumer", width: 100 },
      ],
      noValue: "No alert fires",
      width: 8,
      height: 7,
    }),
  ],
};

const signals: Row = {
  title: "Golden signals",
  panels: [
    chart({
      title: "Traffic: requests by status",
      description: "What the gateway answers, per second.",
      after: "suite",
      queries: [
        range(
          `sum by (class) (label_replace(${rate("http_requests_total")}, "class", "\${1}xx", "status", "(.).."))`,
          "{{class}}",
        ),
      ],
      look: { unit: "reqps" },
      stacked: true,
      colours: { "2xx": "good", "3xx": "calm", "4xx": "warn", "5xx": "bad" },
      width: 12,
    }),
    chart({
      title: "Errors: failed for a reason of ours",
      description:
        "The share of requests answered by 5xx (gateway) and of RPCs that failed by more than a refusal, by service.",
      after: { mayBeZero: "nothing fails on a good day" },
      queries: [
        range(serverErrorShare("service"), "{{service}}"),
        range(faultShare("service", "rpc_server_calls_total", CALLS), "{{service}}"),
      ],
      look: { unit: "percentunit", decimals: 2, min: 0, thresholds: rising(0.001, 0.01) },
      width: 12,
    }),
    chart({
      title: "Latency: 95 % are faster",
      description:
        "The 95th percentile of requests (gateway) and of RPCs without streams, by service. Promised: 200 ms at the gateway.",
      after: "suite",
      queries: [
        rangeWithTraces(quantile(0.95, "service", "http_request_duration_seconds"), "{{service}}"),
        range(quantile(0.95, "service", "rpc_server_call_duration_seconds", UNARY), "{{service}}"),
      ],
      look: { unit: "s", min: 0, thresholds: rising(0.1, 0.2) },
      width: 12,
    }),
    chart({
      title: "Saturation: busy event loop",
      description:
        "How long a turn of the event loop is held up, 99th percentile since the last scrape: above 100 ms other requests wait noticeably.",
      after: "suite",
      queries: [range(`max by (service) (nodejs_eventloop_lag_p99_seconds)`, "{{service}}")],
      look: { unit: "s", min: 0, thresholds: rising(0.1, 0.2) },
      width: 12,
    }),
  ],
};

const named = (expr: string) => `sum by (service) (label_replace(${expr}, "service", "$1", "job", "(.+)"))`;

const services: Row = {
  title: "Services",
  panels: [
    table({
      title: "Each service now",
      description:
        "Processes that answer Prometheus, calls per second, the share that failed, speed and size. Click a service for its RPCs.",
      after: "suite",
      queries: [
        instant(named(`up{job=~"${OURS}"}`)),
        instant(
          `${sumBy("service", lately(`rpc_server_calls_total{${CALLS}}`))} or ${sumBy("service", lately("http_requests_total"))}`,
        ),
        hopingForZero(
          instant(
            `${faultShare("service", "rpc_server_calls_total", CALLS, lately)} or ${serverErrorShare("service", "", lately)}`,
          ),
          "nothing fails on a good day",
        ),
        instant(
          `${quantile(0.95, "service", "rpc_server_call_duration_seconds", UNARY, lately)} or ${quantile(0.95, "service", "http_request_duration_seconds", "", lately)}`,
        ),
        instant(sumBy("service", lately('process_cpu_seconds_total{service!=""}'))),
        instant('max by (service) (process_resident_memory_bytes{service!=""})'),
      ],
      merge: true,
      columns: [
        {
          field: "service",
          title: "Service",
          links: [{ title: "Its RPCs", url: dashboardUrl("services", "var-service=${__data.fields.Service}") }],
        },
        { field: "Value #A", title: "Processes up", thresholds: falling(1, 1) },
        { field: "Value #B", title: "Calls per second", unit: "reqps", decimals: 1 },
        { field: "Value #C", title: "Failed", unit: "percentunit", decimals: 2, thresholds: rising(0.001, 0.01) },
        { field: "Value #D", title: "95 % faster than", unit: "s", thresholds: rising(0.1, 0.2) },
        { field: "Value #E", title: "CPU cores", unit: "short", decimals: 2 },
        { field: "Value #F", title: "Memory", unit: "bytes", decimals: 0 },
      ],
      sortBy: { title: "Service", desc: false },
      width: 24,
      height: 7,
    }),
  ],
};

export const OVERVIEW: Dashboard = {
  uid: "overview",
  title: "Overview",
  description: "Is the platform fine, and if not, where to look.",
  variables: [],
  rows: [overviewVerdicts, promises, signals, services],
};
