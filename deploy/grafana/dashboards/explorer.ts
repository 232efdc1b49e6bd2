import { chart } from "../build/chart.ts";
import { dashboardUrl, type Dashboard, type Row } from "../build/dashboard.ts";
import { traceView } from "../build/explore.ts";
import { sql, trace } from "../build/query.ts";
import { table } from "../build/table.ts";
import { explorerVerdicts } from "./explorer-verdicts.ts";
import { EXPLORER_VARIABLES } from "./explorer-variables.ts";

/** Keeps what else was chosen, and looks at one trace. */
const TRACE_LINK = {
  title: "This trace",
  url: dashboardUrl("explorer", "var-trace=${__data.fields.Trace}&var-service=$__all&var-level=$__all"),
};
const ORDER_LINK = { title: "Events of this order", url: dashboardUrl("explorer", "var-order=${__data.fields.Order}") };
const ORDER_ID = String.raw`nullIf(order_id, '')`;

const lines: Row = {
  title: "Log lines",
  panels: [
    chart({
      title: "Lines by level",
      description: "Lines of the chosen services and levels, per interval.",
      after: "suite",
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(minute) AS time, toString(level) AS level, sum(lines) AS lines
            FROM log_counts
           WHERE $__timeFilter(minute) AND service IN (\${service:singlequote}) AND toString(level) IN (\${level:singlequote})
           GROUP BY time, level ORDER BY time`,
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0 },
      seriesName: "${__field.labels.level}",
      bars: true,
      stacked: true,
      colours: { debug: "quiet", info: "calm", warn: "warn", error: "bad" },
      width: 12,
      height: 6,
    }),
    chart({
      title: "Errors by service",
      description: "The share of lines that tell of an error.",
      after: { mayBeZero: "no error is told on a good day" },
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(minute) AS time, service, sum(errors) / sum(lines) AS errors
            FROM error_rates
           WHERE $__timeFilter(minute) AND service IN (\${service:singlequote})
           GROUP BY time, service ORDER BY time`,
        ),
      ],
      look: { unit: "percentunit", decimals: 1, min: 0 },
      seriesName: "${__field.labels.service}",
      width: 12,
      height: 6,
    }),
    table({
      title: "Log lines, newest first",
      description:
        "At most 500, of the chosen services and levels; narrowed by text, order and trace. Click a trace to see its spans and lines.",
      after: "suite",
      queries: [
        sql(
          "table",
          `
          SELECT logged_at, toString(level) AS level, service, message, nullIf(trace_id, '') AS trace, fields
            FROM stored_logs
           WHERE $__timeFilter(logged_at)
             AND service IN (\${service:singlequote}) AND toString(level) IN (\${level:singlequote})
             AND (\${trace:sqlstring} = '' OR trace_id = \${trace:sqlstring})
             AND positionCaseInsensitive(concat(message, fields), \${search:sqlstring}) > 0
             AND position(fields, \${order:sqlstring}) > 0
           ORDER BY logged_at DESC
           LIMIT 500`,
        ),
      ],
      columns: [
        { field: "logged_at", title: "Time", width: 200 },
        {
          field: "level",
          title: "Level",
          width: 70,
          texts: { debug: "quiet", info: "calm", warn: "warn", error: "bad" },
        },
        { field: "service", title: "Service", width: 110 },
        { field: "message", title: "Message", width: 330 },
        { field: "trace", title: "Trace", width: 290, links: [TRACE_LINK] },
        { field: "fields", title: "Fields" },
      ],
      noValue: "No line",
      width: 24,
      height: 9,
    }),
  ],
};

const events: Row = {
  title: "Events",
  panels: [
    chart({
      title: "Events by type",
      description: "Every event of every topic, each counted once, per interval.",
      after: "suite",
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(minute) AS time, type, sum(events) AS events
            FROM event_counts
           WHERE $__timeFilter(minute) AND type IN (\${type:singlequote})
           GROUP BY time, type ORDER BY time`,
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0 },
      seriesName: "${__field.labels.type}",
      bars: true,
      stacked: true,
      width: 24,
      height: 7,
    }),
    table({
      title: "Events, newest first",
      description:
        "At most 500, of the chosen types; narrowed by order and trace. Click an order for its story, a trace for its spans.",
      after: "suite",
      queries: [
        sql(
          "table",
          `
          SELECT occurred_at, type, ${ORDER_ID} AS order_id, nullIf(trace_id, '') AS trace, payload
            FROM stored_events
           WHERE $__timeFilter(occurred_at) AND type IN (\${type:singlequote})
             AND (\${order:sqlstring} = '' OR order_id = \${order:sqlstring})
             AND (\${trace:sqlstring} = '' OR trace_id = \${trace:sqlstring})
           ORDER BY occurred_at DESC
           LIMIT 500`,
        ),
      ],
      columns: [
        { field: "occurred_at", title: "Time", width: 180 },
        { field: "type", title: "Type", width: 250 },
        { field: "order_id", title: "Order", width: 290, links: [ORDER_LINK] },
        { field: "trace", title: "Trace", width: 290, links: [TRACE_LINK] },
        { field: "payload", title: "Content" },
      ],
      noValue: "No event",
      width: 24,
      height: 9,
    }),
  ],
};

const spans: Row = {
  title: "Trace",
  panels: [
    traceView({
      title: "Spans of the chosen trace",
      description:
        "From Jaeger: the gateway, the services behind it, their statements, and what the events set off. Choose a trace above.",
      after: { mayBeEmpty: "no trace is chosen at first" },
      queries: [trace("$trace")],
      width: 24,
    }),
  ],
};

export const EXPLORER: Dashboard = {
  uid: "explorer",
  title: "Logs and events",
  description: "Every log line and every event, by service, level, type, order and trace.",
  variables: EXPLORER_VARIABLES,
  rows: [explorerVerdicts, lines, events, spans],
};
