// Parts of PromQL that several dashboards share.

/** Our services, as Prometheus' jobs. */
export const OURS = "api-gateway|orders|delivery|logging";

/** gRPC codes that say something is wrong on the server's side and not with the request. */
const FAULTS = "UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS";

/** Calls of the product; probes would only thin them out. */
export const CALLS = 'method!~"grpc.health.*"';

/** Streams live as long as somebody watches: their durations say nothing about speed. */
export const UNARY = 'method!~"grpc.health.*|.*/(Track|Stream|Watch).*"';

/** Records that a consumer has not finished, per partition; each of its processes tells the same. */
export const LAG = "max by (consumer, topic, partition) (consumer_lag_records)";

/** Per second, over a window that Grafana fits to the shown time. */
export function rate(series: string): string {
  return `rate(${series}[$__rate_interval])`;
}

export function sumBy(labels: string, expr: string): string {
  return `sum by (${labels}) (${expr})`;
}

/** The quantile of a histogram, in its unit. */
export function quantile(q: number, labels: string, histogram: string, filter = ""): string {
  return `histogram_quantile(${q}, sum by (${["le", labels].filter(Boolean).join(", ")}) (${rate(`${histogram}_bucket{${filter}}`)}))`;
}

/** The share of RPCs that failed for a reason of ours; 0 where all went well, and nothing where none was made. */
export function faultShare(labels: string, counter: string, filter: string): string {
  const good = sumBy(labels, rate(`${counter}{${filter}, code!~"${FAULTS}"}`));
  return `1 - ${good} / ${sumBy(labels, rate(`${counter}{${filter}}`))}`;
}

/** The share of requests that the gateway answered with 5xx. */
export function serverErrorShare(labels: string, filter = ""): string {
  const by = labels ? `sum by (${labels})` : "sum";
  const good = `${by} (${rate(`http_requests_total{${[filter, 'status!~"5.."'].filter(Boolean).join(", ")}}`)})`;
  return `1 - ${good} / ${by} (${rate(`http_requests_total{${filter}}`)})`;
}
