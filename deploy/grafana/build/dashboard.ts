import type { Panel } from "./panel.ts";
import type { Variable } from "./variable.ts";

/** Panels under a common heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** In addresses: `/d/<uid>`; also the file's name. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  /** The first one answers "is it fine?". */
  readonly rows: readonly Row[];
  /** The time shown at first, as Grafana writes it: `now-1h`. */
  readonly from?: string;
}

/** The address of a dashboard that keeps the shown time; `query` gives its variables: `var-service=orders`. */
export function dashboardUrl(uid: string, query = ""): string {
  return `/d/${uid}?${query ? `${query}&` : ""}\${__url_time_range}`;
}
