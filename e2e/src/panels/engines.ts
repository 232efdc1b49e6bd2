import { engine } from "@animal-delivery/platform/testing/engines";
import type { PrometheusQuery } from "@animal-delivery/deploy/grafana/build/query";
import type { Answer } from "./answer.ts";
import type { Shown } from "./fill.ts";

/** Prometheus' answer, as far as it is read here. */
interface PrometheusAnswer {
  readonly data?: unknown;
  readonly error?: string;
  readonly warnings?: readonly string[];
}

interface Series {
  readonly value?: [number, string];
  readonly values?: readonly [number, string][];
}

/** Runs one query over the shown time, or at its end. @throws {Error} with what Prometheus says. */
export async function askPrometheus(query: PrometheusQuery, expr: string, { from, to, stepS }: Shown): Promise<Answer> {
  const time = (date: Date): string => String(date.getTime() / 1_000);
  const { data, warnings = [] } = query.instant
    ? await getPrometheus("query", { query: expr, time: time(to) })
    : await getPrometheus("query_range", { query: expr, start: time(from), end: time(to), step: String(stepS) });
  const { result } = data as { result: readonly Series[] };
  const points = result.flatMap(({ value, values = [] }) => (value ? [value] : values));
  return { cells: points.map(([, text]) => Number(text)), warnings };
}

/** The values of a label of a metric. */
export async function labelValues(metric: string, label: string): Promise<readonly string[]> {
  const { data } = await getPrometheus(`label/${label}/values`, { "match[]": metric });
  return data as readonly string[];
}

/** The last moment at which the gateway answered requests; Prometheus has no later traffic to show. */
export async function lastTraffic(): Promise<Date> {
  const query = "max(max_over_time(timestamp(sum(rate(http_requests_total[1m])) > 0)[6h:15s]))";
  const { data } = await getPrometheus("query", { query });
  const [first] = (data as { result: readonly Series[] }).result;
  if (!first?.value)
    throw new Error("Prometheus saw no request: does it scrape the platform that the stories were told to?");
  return new Date(Number(first.value[1]) * 1_000);
}

async function getPrometheus(path: string, params: Record<string, string>): Promise<PrometheusAnswer> {
  const body = new URLSearchParams(params);
  const isLabel = path.startsWith("label/");
  const url = `${engine("PROMETHEUS_URL")}/api/v1/${path}`;
  const response = isLabel ? await fetch(`${url}?${body.toString()}`) : await fetch(url, { method: "POST", body });
  const answer = (await response.json()) as PrometheusAnswer;
  if (!response.ok) throw new Error(answer.error ?? `status ${response.status}`);
  return answer;
}

/** Runs one statement of filled SQL. @throws {Error} with what ClickHouse says. */
export async function askClickHouse(sql: string): Promise<readonly (readonly unknown[])[]> {
  const url = new URL(engine("CLICKHOUSE_URL"));
  url.searchParams.set("database", process.env.CLICKHOUSE_DATABASE ?? "logging");
  url.searchParams.set("default_format", "JSONCompact");
  url.searchParams.set("output_format_json_quote_64bit_integers", "0");
  const headers = {
    "x-clickhouse-user": process.env.CLICKHOUSE_USER ?? "default",
    "x-clickhouse-key": process.env.CLICKHOUSE_PASSWORD ?? "",
  };
  const response = await fetch(url, { method: "POST", body: sql, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim().split("\n")[0]);
  return (JSON.parse(text) as { data: unknown[][] }).data;
}

/** Runs one statement whose times count as no number: a row of zeros is a row of zeros whenever it was counted. */
export async function answerOfClickHouse(sql: string): Promise<Answer> {
  const rows = await askClickHouse(sql);
  return { cells: rows.flat().filter((cell) => !isTime(cell)), warnings: [] };
}

/** The id of some trace that Jaeger keeps. */
export async function someTraceId(): Promise<string> {
  const response = await fetch(`${engine("JAEGER_URL")}/api/traces?service=api-gateway&limit=1&lookback=6h`);
  const { data } = (await response.json()) as { data?: readonly { traceID: string }[] };
  const [trace] = data ?? [];
  if (!trace) throw new Error("Jaeger keeps no trace of the gateway");
  return trace.traceID;
}

function isTime(cell: unknown): boolean {
  return typeof cell === "string" && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(cell);
}
