// Parts of PromQL that several dashboards share.
import { OUR_SERVICES } from "../../embedded/ports.ts";

/** Our services, as Prometheus' jobs. */
export const OURS = OUR_SERVICES.join("|");

/** gRPC codes that say something is wrong on the server's side and not with the request. */
const FAULTS = "UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS";

/** Calls of the product; probes would only thin them out. */
export const CALLS = 'method!~"grpc.health.*"';

/** Streams live as long as somebody watches: their durations say nothing about speed. */
export const UNARY = 'method!~"grpc.health.*|.*/(Track|Stream|Subscribe|Watch).*"';

/** Records that a consumer has not finished, per partition; each of its processes tells the same. */
export const LAG = "max by (consumer, topic, partition) (consumer_lag_records)";

/** The RPC's own name of `orders.v1.OrderService/CreateOrder`: legends are narrow. */
export function byRpc(expr: string): string {
  return `label_replace(${expr}, "rpc", "$1", "method", ".*/(.*)")`;
}

/** Per second, over a window that Grafana fits to the shown time. */
export function rate(series: string): string {
  return `rate(${series}[$__rate_interval])`;
}

/** Per second, of the last minutes: for what is shown as one number. */
export function lately(series: string): string {
  return `rate(${series}[5m])`;
}

/**
 * How often, per interval, for what is rare. A series that begins with its first failure has no value before it, so no
 * increase either: of such a young one the value itself is the answer.
 */
export function counted(labels: string, series: string): string {
  return `sum by (${labels}) (${grown(series, "$__rate_interval")})`;
}

/** How often within the last quarter of an hour, for what is rare and shown as one word. */
export function countedLately(series: string): string {
  return `sum(${grown(series, "15m")})`;
}

function grown(series: string, window: string): string {
  return `(${series} unless ${series} offset ${window}) or increase(${series}[${window}])`;
}

export function sumBy(labels: string, expr: string): string {
  return `sum by (${labels}) (${expr})`;
}

/** `rate` for what is drawn over time, `lately` for what is one number. */
type Window = typeof rate;

/** The quantile of a histogram, in its unit. */
export function quantile(q: number, labels: string, histogram: string, filter = "", over: Window = rate): string {
  const by = ["le", labels].filter(Boolean).join(", ");
  return `histogram_quantile(${q}, sum by (${by}) (${over(`${histogram}_bucket{${filter}}`)}))`;
}

/** The share of RPCs that failed for a reason of ours; 0 where all went well, and nothing where none was made. */
export function faultShare(labels: string, counter: string, filter: string, over: Window = rate): string {
  const good = sumBy(labels, over(`${counter}{${filter}, code!~"${FAULTS}"}`));
  return `1 - ${good} / ${sumBy(labels, over(`${counter}{${filter}}`))}`;
}

/** The share of requests that the gateway answered with 5xx. */
export function serverErrorShare(labels: string, filter = "", over: Window = rate): string {
  const by = labels ? `sum by (${labels})` : "sum";
  const good = [filter, 'status!~"5.."'].filter(Boolean).join(", ");
  return `1 - ${by} (${over(`http_requests_total{${good}}`)}) / ${by} (${over(`http_requests_total{${filter}}`)})`;
}
