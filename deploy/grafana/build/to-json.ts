import type { Dashboard, Row } from "./dashboard.ts";
import type { Panel } from "./panel.ts";
import { sourceRef, toTarget } from "./query.ts";
import { toTemplate } from "./variable.ts";

const TAG = "animal-delivery";
const COLUMNS = 24;
/** Of Grafana 10.0; later versions bring it up to theirs as they load it. */
const SCHEMA_VERSION = 38;

/** The dashboard as Grafana stores it. */
export function dashboardJson(dashboard: Dashboard): Record<string, unknown> {
  const { uid, title, description, variables, rows, from = "now-1h" } = dashboard;
  return {
    uid,
    title: `Animal delivery / ${title}`,
    description,
    tags: [TAG],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    fiscalYearStartMonth: 0,
    timezone: "browser",
    time: { from, to: "now" },
    refresh: "30s",
    timepicker: { refresh_intervals: ["5s", "10s", "30s", "1m", "5m"] },
    annotations: { list: [] },
    links: [
      {
        type: "dashboards",
        title: "Dashboards",
        tags: [TAG],
        asDropdown: false,
        includeVars: false,
        keepTime: true,
        targetBlank: false,
        icon: "external link",
        tooltip: "",
        url: "",
      },
    ],
    templating: { list: variables.map(toTemplate) },
    panels: placed(rows),
  };
}

/** Gives each panel its place, from left to right, and its number. */
function placed(rows: readonly Row[]): Record<string, unknown>[] {
  const out: Record<string, unknown>[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    out.push({
      id: out.length + 1,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) {
        y += height;
        x = 0;
        height = 0;
      }
      out.push(panelJson(panel, out.length + 1, { x, y, w: panel.width, h: panel.height }));
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  }
  return out;
}

function panelJson(panel: Panel, id: number, gridPos: Record<string, number>): Record<string, unknown> {
  const { type, title, description, queries, view } = panel;
  const sources = new Set(queries.map(({ source }) => source));
  const [source] = sources;
  if (source === undefined || sources.size > 1) throw new Error(`panel "${title}" asks ${sources.size} data sources`);
  return {
    id,
    type,
    title,
    description,
    datasource: sourceRef(source),
    gridPos,
    targets: queries.map((query, index) => toTarget(query, String.fromCodePoint(65 + index), type === "table")),
    ...view,
  };
}
