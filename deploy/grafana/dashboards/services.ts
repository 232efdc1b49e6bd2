import { bars } from "../build/bars.ts";
import { chart } from "../build/chart.ts";
import { dashboardUrl, type Dashboard, type Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { hopingForZero, instant, range, rangeWithTraces } from "../build/query.ts";
import { stat, verdict } from "../build/stat.ts";
import { table } from "../build/table.ts";
import { byRpc, CALLS, counted, faultShare, lately, quantile, rate, sumBy, UNARY } from "./expressions.ts";
import { RPC_SERVICE } from "./variables.ts";
import { eitherWord, wordLook, words } from "./words.ts";

const OF = 'service=~"$service"';
const SERVER = `${OF}, ${CALLS}`;

const fine: Row = {
  title: "Is it fine?",
  panels: [
    verdict({
      title: "Calls succeed",
      description:
        "The worst of the chosen services: whether fewer than 0.1 % (fine) or 1 % of its calls fail for a reason of ours.",
      after: { mayBeZero: "nothing fails on a good day" },
      queries: [instant(`max(${faultShare("service", "rpc_server_calls_total", SERVER, lately)})`)],
      look: wordLook(words("Fine", { from: 0.001, text: "Some fail" }, { from: 0.01, text: "Many fail" }), "No calls"),
      width: 5,
    }),
    verdict({
      title: "Calls are fast",
      description:
        "The slowest of the chosen services: whether 95 % of its calls, streams aside, take less than 100 ms (fast) or 200 ms.",
      after: "suite",
      queries: [
        instant(`max(${quantile(0.95, "service", "rpc_server_call_duration_seconds", `${OF}, ${UNARY}`, lately)})`),
      ],
      look: wordLook(words("Fast", { from: 0.1, text: "Slow" }, { from: 0.2, text: "Very slow" }), "No calls"),
      width: 5,
    }),
    verdict({
      title: "Databases answer",
      description: "Whether statements failed within 5 minutes, refused ones (a duplicate key) included.",
      after: { mayBeEmpty: "the series begins with the first failure" },
      queries: [instant(`sum(increase(db_client_operation_duration_seconds_count{${OF}, outcome="error"}[5m]))`)],
      look: wordLook(words("Yes", { from: 1, text: "Some fail" }, { from: 100, text: "Many fail" }), "Yes", "runtime"),
      width: 5,
    }),
    verdict({
      title: "Ready",
      description: "Whether every check of every chosen service's /readyz passes.",
      after: "suite",
      queries: [instant(`2 - min(readiness_check{${OF}})`)],
      look: wordLook(eitherWord("Ready", { from: 2, text: "A check fails" }), "Unknown", "runtime"),
      width: 5,
    }),
    stat({
      title: "In flight",
      description: "Calls that run now, open streams included.",
      after: { mayBeZero: "calls end between two scrapes" },
      queries: [range(`sum(rpc_server_calls_in_flight{${SERVER}})`, "")],
      look: { unit: "short", decimals: 0 },
      width: 4,
    }),
  ],
};

const red: Row = {
  title: "Rate, errors, durations of the chosen services",
  panels: [
    chart({
      title: "Rate",
      description: "Calls that ended, per second, by RPC.",
      after: "suite",
      queries: [range(byRpc(sumBy("method", rate(`rpc_server_calls_total{${SERVER}}`))), "{{rpc}}")],
      look: { unit: "reqps" },
      width: 8,
      height: 9,
    }),
    chart({
      title: "Errors",
      description:
        "Calls that did not end with OK, per second, by code. NOT_FOUND and its like are refusals; INTERNAL, UNKNOWN and UNAVAILABLE are ours to mend.",
      after: "suite",
      queries: [range(sumBy("code", rate(`rpc_server_calls_total{${SERVER}, code!="OK"}`)), "{{code}}")],
      look: { unit: "reqps" },
      colours: { INTERNAL: "bad", UNKNOWN: "bad", UNAVAILABLE: "bad", DEADLINE_EXCEEDED: "bad" },
      width: 8,
      height: 9,
    }),
    chart({
      title: "Durations",
      description:
        "95 % of the calls of an RPC are faster; streams left out. A point is a call; it leads to its trace.",
      after: "suite",
      queries: [
        rangeWithTraces(
          byRpc(quantile(0.95, "method", "rpc_server_call_duration_seconds", `${OF}, ${UNARY}`)),
          "{{rpc}}",
        ),
      ],
      look: { unit: "s", min: 0, thresholds: rising(0.1, 0.2) },
      width: 8,
      height: 9,
    }),
    table({
      title: "RPCs",
      description: "Each RPC over the last minutes.",
      after: "suite",
      queries: [
        instant(sumBy("service, method", lately(`rpc_server_calls_total{${SERVER}}`))),
        instant(sumBy("service, method", lately(`rpc_server_calls_total{${SERVER}, code!="OK"}`))),
        hopingForZero(
          instant(faultShare("service, method", "rpc_server_calls_total", SERVER, lately)),
          "nothing fails on a good day",
        ),
        instant(quantile(0.5, "service, method", "rpc_server_call_duration_seconds", `${OF}, ${UNARY}`, lately)),
        instant(quantile(0.95, "service, method", "rpc_server_call_duration_seconds", `${OF}, ${UNARY}`, lately)),
      ],
      merge: true,
      columns: [
        {
          field: "service",
          title: "Service",
          width: 100,
          links: [
            { title: "This service alone", url: dashboardUrl("services", "var-service=${__data.fields.Service}") },
          ],
        },
        { field: "method", title: "RPC" },
        { field: "Value #A", title: "Per second", unit: "reqps", decimals: 2, width: 110 },
        { field: "Value #B", title: "Not OK", unit: "reqps", decimals: 2, width: 100 },
        {
          field: "Value #C",
          title: "Failed",
          unit: "percentunit",
          decimals: 2,
          width: 90,
          thresholds: rising(0.001, 0.01),
        },
        { field: "Value #D", title: "Half faster than", unit: "s", width: 120 },
        { field: "Value #E", title: "95 % faster than", unit: "s", width: 130, thresholds: rising(0.1, 0.2) },
      ],
      sortBy: { title: "Per second", desc: true },
      width: 24,
      height: 10,
    }),
  ],
};

const statements: Row = {
  title: "Their statements",
  panels: [
    chart({
      title: "Statements",
      description: "Statements per second, by the function that holds them; the twelve most frequent.",
      after: "suite",
      queries: [
        range(
          `topk(12, ${sumBy("operation", rate(`db_client_operation_duration_seconds_count{${OF}}`))})`,
          "{{operation}}",
        ),
      ],
      look: { unit: "suffix:/s" },
      width: 8,
    }),
    bars({
      title: "Slowest statements",
      description: "95 % of a statement's runs are faster than this; the twelve slowest of the last minutes.",
      after: "suite",
      queries: [
        instant(
          `sort_desc(topk(12, ${quantile(0.95, "operation", "db_client_operation_duration_seconds", OF, lately)}))`,
          "{{operation}}",
        ),
      ],
      look: { unit: "s", min: 0, thresholds: rising(0.1, 0.5) },
      width: 8,
    }),
    chart({
      title: "Statements that failed",
      description: "How many, by function. A refused duplicate counts too.",
      after: "faults",
      queries: [
        range(
          counted("operation", `db_client_operation_duration_seconds_count{${OF}, outcome="error"}`),
          "{{operation}}",
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None failed" },
      bars: true,
      stacked: true,
      width: 8,
    }),
  ],
};

export const SERVICES: Dashboard = {
  uid: "services",
  title: "Services",
  description: "Each RPC of each service: rate, errors, durations, and the statements behind them.",
  variables: [RPC_SERVICE],
  rows: [fine, red, statements],
};
