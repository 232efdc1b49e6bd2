// Asks every query of every panel what it would be asked in a browser: of Prometheus, ClickHouse and Jaeger themselves, and
// again through Grafana with the provisioned data sources and dashboards. It runs after the stories, which made the traffic;
// E2E_AFTER=faults says that the fault programme ran too.
import { OUR_SERVICES } from "@animal-delivery/deploy/embedded/ports";
import { DASHBOARDS } from "@animal-delivery/deploy/grafana/dashboards/all";
import { beforeAll, describe, expect, it } from "vitest";
import type { Answer, Ran } from "../src/panels/answer.ts";
import { askAll, type Findings } from "../src/panels/ask-all.ts";
import { answerOfClickHouse, askClickHouse, askPrometheus, labelValues, someTraceId } from "../src/panels/engines.ts";
import {
  fillMacros,
  fillVariables,
  fillWindows,
  firstValues,
  leftOpen,
  type Shown,
  type Values,
} from "../src/panels/fill.ts";
import { askGrafana, askThroughGrafana, storedDashboard } from "../src/panels/grafana.ts";
import { panelsOf, queriesOf, type PanelQuery } from "../src/panels/panel-queries.ts";

const RAN: Ran = process.env.E2E_AFTER === "faults" ? "faults" : "suite";
const queries = queriesOf(DASHBOARDS);
const values = new Map<string, Values>();
let traceId: string;

beforeAll(async () => {
  traceId = await someTraceId();
  for (const dashboard of DASHBOARDS) {
    const listed = await firstValues(dashboard, async (variable) =>
      variable.kind === "label"
        ? labelValues(variable.metric, variable.of)
        : (await askClickHouse(variable.sql)).map(([first]) => String(first)),
    );
    values.set(dashboard.uid, listed);
  }
});

describe("every query of every panel", () => {
  it("is answered by the engines themselves", async () => {
    tell("by the engines", await askAll(queries, askEngine, RAN));
  });

  it("is answered through Grafana", async () => {
    tell("through Grafana", await askAll(queries, askByGrafana, RAN));
  });
});

describe("Grafana", () => {
  it("lists exactly these dashboards, provisioned, with all their panels", async () => {
    const found = await askGrafana<{ uid: string }[]>("/api/search?type=dash-db&tag=animal-delivery");

    expect(found.map(({ uid }) => uid).toSorted()).toEqual(DASHBOARDS.map(({ uid }) => uid).toSorted());
    for (const dashboard of DASHBOARDS) {
      const stored = await storedDashboard(dashboard.uid);
      expect(stored.meta.provisioned).toBe(true);
      const titles = stored.dashboard.panels.filter(({ type }) => type !== "row").map(({ title }) => title);
      expect(titles).toEqual(panelsOf(dashboard).map(({ title }) => title));
    }
  });

  it("reaches each data source, and lets nobody edit it", async () => {
    for (const uid of ["prometheus", "clickhouse"]) {
      expect(await askGrafana(`/api/datasources/uid/${uid}/health`), uid).toMatchObject({ status: "OK" });
    }
    // Before Grafana 12 there is no health check of Jaeger.
    expect(await askGrafana("/api/datasources/proxy/uid/jaeger/api/services")).toMatchObject({
      data: expect.arrayContaining([...OUR_SERVICES]) as unknown,
    });
    const sources = await askGrafana<{ readOnly: boolean }[]>("/api/datasources");
    expect(sources.map(({ readOnly }) => readOnly)).toEqual([true, true, true]);
  });
});

function filled(text: string, { dashboard }: PanelQuery): string {
  return fillVariables(text, values.get(dashboard.uid) ?? new Map());
}

async function askEngine(one: PanelQuery, shown: Shown): Promise<Answer> {
  const { query } = one;
  if (query.source === "jaeger") {
    const { data } = await jaegerTrace(`${process.env.JAEGER_URL}/api/traces`);
    return { cells: data, warnings: [] };
  }
  const text = query.source === "prometheus" ? query.expr : query.sql;
  const whole =
    query.source === "prometheus" ? fillWindows(filled(text, one), shown) : fillMacros(filled(text, one), shown);
  if (leftOpen(whole).length > 0) throw new Error(`nothing fills ${leftOpen(whole).join(", ")}`);
  return query.source === "prometheus" ? askPrometheus(query, whole, shown) : answerOfClickHouse(whole);
}

async function askByGrafana(one: PanelQuery, shown: Shown): Promise<Answer> {
  if (one.query.source === "jaeger") {
    const path = `/api/datasources/proxy/uid/jaeger/api/traces/${traceId}`;
    const { data } = await askGrafana<{ data: unknown[] }>(path);
    return { cells: data, warnings: [] };
  }
  const stored = await storedDashboard(one.dashboard.uid);
  const panel = stored.dashboard.panels.find(({ type, title }) => type !== "row" && title === one.panel.title);
  const target = panel?.targets?.[one.index];
  if (!target) throw new Error("Grafana has no such panel or query");
  const { expr, rawSql } = target;
  return askThroughGrafana(
    {
      ...target,
      ...(typeof expr === "string" && { expr: fillWindows(filled(expr, one), shown) }),
      ...(typeof rawSql === "string" && { rawSql: filled(rawSql, one) }),
    },
    shown,
  );
}

async function jaegerTrace(traces: string): Promise<{ data: unknown[] }> {
  const response = await fetch(`${traces}/${traceId}`);
  if (!response.ok) throw new Error(`Jaeger answers ${response.status}`);
  return (await response.json()) as { data: unknown[] };
}

function tell(how: string, { errors, empty }: Findings): void {
  const panels = DASHBOARDS.flatMap(panelsOf).length;
  console.log(`${how}: ${panels} panels, ${queries.length} queries, ${errors.length} errors, ${empty.length} empty`);
  expect({ errors, empty }).toEqual({ errors: [], empty: [] });
}
