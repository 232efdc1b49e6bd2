import type { Dashboard } from "@animal-delivery/deploy/grafana/build/dashboard";
import type { Panel } from "@animal-delivery/deploy/grafana/build/panel";
import type { Query } from "@animal-delivery/deploy/grafana/build/query";

/** One query, and where it is asked. */
export interface PanelQuery {
  readonly dashboard: Dashboard;
  readonly panel: Panel;
  readonly query: Query;
  /** Which of its panel's queries. */
  readonly index: number;
}

export function panelsOf({ rows }: Dashboard): Panel[] {
  return rows.flatMap(({ panels }) => panels);
}

export function queriesOf(dashboards: readonly Dashboard[]): PanelQuery[] {
  return dashboards.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap((panel) => panel.queries.map((query, index) => ({ dashboard, panel, query, index }))),
  );
}

export function nameOf({ dashboard, panel, index }: PanelQuery): string {
  return `${dashboard.title} / ${panel.title} / ${String.fromCodePoint(65 + index)}`;
}
