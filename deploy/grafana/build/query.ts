import type { Expectation } from "./expectation.ts";

/** A question that a panel asks; where, says its `source`, which is the uid of a provisioned data source too. */
export type Query = (PrometheusQuery | ClickHouseQuery | JaegerQuery) & {
  /** What this one must answer, where that is less than its panel declares. */
  readonly after?: Expectation;
};
export type Source = Query["source"];

export interface PrometheusQuery {
  readonly source: "prometheus";
  readonly expr: string;
  /** `{{service}}`; empty where the panel shows one number. */
  readonly legend: string;
  /** One value, of the end of the shown time; else a line over it. */
  readonly instant: boolean;
  /** Whether single requests are shown as points that lead to their traces. */
  readonly exemplars: boolean;
}

export interface ClickHouseQuery {
  readonly source: "clickhouse";
  readonly sql: string;
  readonly format: keyof typeof CLICKHOUSE_FORMATS;
}

export interface JaegerQuery {
  readonly source: "jaeger";
  /** The id, or the variable that holds it. */
  readonly traceId: string;
}

/** The plugin's numbers for how an answer is shaped. */
const CLICKHOUSE_FORMATS = { timeseries: 0, table: 1 } as const;

export const TYPES = {
  prometheus: "prometheus",
  clickhouse: "grafana-clickhouse-datasource",
  jaeger: "jaeger",
} as const satisfies Record<Source, string>;

/** A line over the shown time, one per series. */
export function range(expr: string, legend: string): PrometheusQuery {
  return { source: "prometheus", expr, legend, instant: false, exemplars: false };
}

/** A line of a histogram, with points of single requests that lead to their traces. */
export function rangeWithTraces(expr: string, legend: string): PrometheusQuery {
  return { ...range(expr, legend), exemplars: true };
}

/** The value now. */
export function instant(expr: string, legend = ""): PrometheusQuery {
  return { source: "prometheus", expr, legend, instant: true, exemplars: false };
}

/** The same question, of which zeros are a good answer. */
export function hopingForZero(query: PrometheusQuery, why: string): Query {
  return { ...query, after: { mayBeZero: why } };
}

export function sql(format: ClickHouseQuery["format"], text: string): ClickHouseQuery {
  return { source: "clickhouse", format, sql: dedent(text) };
}

export function trace(traceId: string): JaegerQuery {
  return { source: "jaeger", traceId };
}

/** What Grafana calls the data source of a query. */
export function sourceRef(source: Source): { type: string; uid: string } {
  return { type: TYPES[source], uid: source };
}

/** The query as Grafana 10 and 12 store it. */
export function toTarget(query: Query, refId: string, asTable: boolean): Record<string, unknown> {
  const common = { refId, datasource: sourceRef(query.source) };
  if (query.source === "prometheus") return { ...common, ...prometheusTarget(query, asTable) };
  if (query.source === "jaeger") return { ...common, query: query.traceId };
  return {
    ...common,
    // Since this version of the plugin queries look like this; without it they are taken for older ones.
    pluginVersion: "4.0.0",
    editorType: "sql",
    queryType: query.format,
    format: CLICKHOUSE_FORMATS[query.format],
    rawSql: query.sql,
  };
}

function prometheusTarget(
  { expr, legend, instant, exemplars }: PrometheusQuery,
  asTable: boolean,
): Record<string, unknown> {
  return {
    editorMode: "code",
    expr,
    legendFormat: legend || "__auto",
    instant,
    range: !instant,
    exemplar: exemplars,
    format: asTable ? "table" : "time_series",
  };
}

/** SQL is written indented as the code around it; the editor of Grafana shows it from its first column. */
function dedent(text: string): string {
  const lines = text.replace(/^\n/, "").trimEnd().split("\n");
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join("\n");
}
