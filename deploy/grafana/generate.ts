import { dashboardJson } from "./build/to-json.ts";
import { DASHBOARDS } from "./dashboards/all.ts";

/** Grafana's dashboards, by their path below deploy/. */
export function grafanaFiles(): ReadonlyMap<string, string> {
  return new Map(
    DASHBOARDS.map((dashboard) => [
      `grafana/provisioning/dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(dashboardJson(dashboard), null, 1)}\n`,
    ]),
  );
}
