import { bars } from "../build/bars.ts";
import { chart } from "../build/chart.ts";
import { dashboardUrl, type Dashboard, type Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { hopingForZero, instant, range, rangeWithTraces } from "../build/query.ts";
import { table } from "../build/table.ts";
import { lately, quantile, rate, serverErrorShare, sumBy } from "./expressions.ts";
import { behindGateway } from "./gateway-behind.ts";
import { gatewayVerdicts } from "./gateway-verdicts.ts";
import { ROUTE } from "./variables.ts";

const OF_ROUTE = 'route=~"$route"';
const statusClass = (expr: string) => `sum by (class) (label_replace(${expr}, "class", "\${1}xx", "status", "(.).."))`;

const requests: Row = {
  title: "Requests of the chosen routes",
  panels: [
    chart({
      title: "Requests by status",
      description: "Answers per second. 4xx are refusals: the caller must mend something.",
      after: "suite",
      queries: [range(statusClass(rate(`http_requests_total{${OF_ROUTE}}`)), "{{class}}")],
      look: { unit: "reqps" },
      stacked: true,
      colours: { "2xx": "good", "3xx": "calm", "4xx": "warn", "5xx": "bad" },
      width: 8,
    }),
    chart({
      title: "Answered by 5xx",
      description: "The share of requests that failed for a reason of ours. Promised: at most 0.1 %.",
      after: { mayBeZero: "nothing fails on a good day" },
      queries: [range(serverErrorShare("", OF_ROUTE), "5xx")],
      look: { unit: "percentunit", decimals: 2, min: 0, thresholds: rising(0.001, 0.01) },
      colours: { "5xx": "bad" },
      width: 8,
    }),
    chart({
      title: "Durations",
      description:
        "From the request's headers to the answer's headers. Promised: 95 % within 200 ms. A point is a request; it leads to its trace.",
      after: "suite",
      queries: [
        rangeWithTraces(quantile(0.95, "", "http_request_duration_seconds", OF_ROUTE), "95 % are faster"),
        range(quantile(0.5, "", "http_request_duration_seconds", OF_ROUTE), "50 % are faster"),
        range(quantile(0.99, "", "http_request_duration_seconds", OF_ROUTE), "99 % are faster"),
      ],
      look: { unit: "s", min: 0, thresholds: rising(0.2, 1) },
      width: 8,
    }),
    table({
      title: "Routes",
      description: "Each route and method over the last minutes. Click a route to see it alone.",
      after: "suite",
      queries: [
        instant(sumBy("method, route", lately(`http_requests_total{${OF_ROUTE}}`))),
        instant(sumBy("method, route", lately(`http_requests_total{${OF_ROUTE}, status=~"4.."}`))),
        hopingForZero(instant(serverErrorShare("method, route", OF_ROUTE, lately)), "nothing fails on a good day"),
        instant(quantile(0.95, "method, route", "http_request_duration_seconds", OF_ROUTE, lately)),
      ],
      merge: true,
      columns: [
        { field: "method", title: "Method", width: 80 },
        {
          field: "route",
          title: "Route",
          links: [{ title: "This route alone", url: dashboardUrl("gateway", "var-route=${__data.fields.Route}") }],
        },
        { field: "Value #A", title: "Per second", unit: "reqps", decimals: 2, width: 110 },
        { field: "Value #B", title: "Refused (4xx)", unit: "reqps", decimals: 2, width: 120 },
        {
          field: "Value #C",
          title: "Failed (5xx)",
          unit: "percentunit",
          decimals: 2,
          width: 110,
          thresholds: rising(0.001, 0.01),
        },
        { field: "Value #D", title: "95 % faster than", unit: "s", width: 130, thresholds: rising(0.2, 1) },
      ],
      sortBy: { title: "Per second", desc: true },
      width: 16,
      height: 10,
    }),
    bars({
      title: "Why requests were refused",
      description:
        "Reasons of problems that callers were told within the shown time; docs/errors.md says what each means.",
      after: "suite",
      queries: [
        instant(`sort_desc(sum by (reason) (increase(http_errors_total{${OF_ROUTE}}[$__range])) > 0)`, "{{reason}}"),
      ],
      look: { unit: "short", decimals: 0, min: 0 },
      width: 8,
      height: 10,
    }),
  ],
};

export const GATEWAY: Dashboard = {
  uid: "gateway",
  title: "Gateway",
  description: "The public REST API: what is asked, what is refused and why, and how fast it answers.",
  variables: [ROUTE],
  rows: [gatewayVerdicts, requests, behindGateway],
};
