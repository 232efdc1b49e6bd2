// What can be said of the dashboards without asking an engine; e2e/engines/panels.test.ts asks them.
import { describe, expect, it } from "vitest";
import { dashboardJson } from "../grafana/build/to-json.ts";
import { DASHBOARDS } from "../grafana/dashboards/all.ts";
import { ALERTS } from "../prometheus/alerts.ts";

const panels = DASHBOARDS.flatMap((dashboard) =>
  dashboard.rows.flatMap(({ panels }) =>
    panels.map((panel) => ({ name: `${dashboard.title} / ${panel.title}`, dashboard, panel })),
  ),
);
const uids = DASHBOARDS.map(({ uid }) => uid);

describe("the dashboards", () => {
  it.each(DASHBOARDS)("$title says first whether it is fine, in words", ({ rows: [first] }) => {
    expect(first?.title).toBe("Is it fine?");
    const spoken = first?.panels.filter(({ view }) => JSON.stringify(view).includes('"background_solid"')) ?? [];
    expect(spoken.length).toBeGreaterThanOrEqual(4);
  });

  it("have addresses, and panels titles, of their own", () => {
    expect(new Set(uids).size).toBe(uids.length);
    for (const { rows } of DASHBOARDS) {
      // A fault is told by the panel's title; twice the same one would be found once.
      const titles = rows.flatMap(({ panels }) => panels.map(({ title }) => title));
      expect(titles).toEqual([...new Set(titles)]);
    }
  });

  it.each(panels)("$name fits its row and says what it shows", ({ panel }) => {
    expect(panel.width).toBeLessThanOrEqual(24);
    expect(panel.description).toMatch(/^[A-Z0-9].{7,}[.]$/s);
    expect(panel.queries.length).toBeGreaterThan(0);
  });

  it.each(panels.filter(({ panel }) => panel.type !== "table" && panel.type !== "traces"))(
    "$name has a unit",
    ({ panel }) => {
      const { fieldConfig } = panel.view as { fieldConfig: { defaults: { unit?: string } } };
      expect(fieldConfig.defaults.unit).toBeTypeOf("string");
    },
  );

  it.each(panels)("$name asks for what there is, and makes up no zeros", ({ dashboard, panel }) => {
    const known = new Set(dashboard.variables.map(({ name }) => name));
    for (const query of panel.queries) {
      const text = JSON.stringify(query);
      expect(text).not.toMatch(/or\s+(on\s*\(\)\s*)?vector/);
      const asked = [...text.matchAll(/\$\{([a-z]\w*)|\$([a-z]\w*)/g)].map(([, braced, bare]) => braced ?? bare);
      expect(asked.filter((name) => !known.has(name ?? ""))).toEqual([]);
    }
  });

  it.each(DASHBOARDS)("$title has no holes: panels side by side are equally high", (dashboard) => {
    const { panels: placed } = dashboardJson(dashboard) as { panels: { gridPos: { y: number; h: number } }[] };
    const heights = Map.groupBy(placed, ({ gridPos }) => gridPos.y);
    for (const line of heights.values()) expect(new Set(line.map(({ gridPos }) => gridPos.h)).size).toBe(1);
  });

  it("lead only to dashboards that there are, and set only their variables", () => {
    for (const dashboard of DASHBOARDS) {
      for (const [, uid, query = ""] of JSON.stringify(dashboardJson(dashboard)).matchAll(
        /"\/d\/([\w-]+)\?([^"]*)"/g,
      )) {
        const target = DASHBOARDS.find((one) => one.uid === uid);
        expect(uids).toContain(uid);
        const set = [...query.matchAll(/var-(\w+)=/g)].map(([, name]) => name);
        expect(target?.variables.map(({ name }) => name)).toEqual(expect.arrayContaining(set));
      }
    }
  });

  it("are where alerts lead to", () => {
    for (const { labels } of ALERTS) expect(uids).toContain(labels.dashboard);
  });
});
