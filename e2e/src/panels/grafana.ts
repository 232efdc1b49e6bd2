import { engine } from "@animal-delivery/platform/testing/engines";
import type { Answer } from "./answer.ts";
import type { Shown } from "./fill.ts";

/** A query of a panel as Grafana keeps it. */
export type Target = Readonly<Record<string, unknown>> & { readonly refId: string };

/** A panel as Grafana keeps it. */
export interface StoredPanel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly Target[];
}

interface StoredDashboard {
  readonly meta: { readonly provisioned: boolean };
  readonly dashboard: { readonly panels: readonly StoredPanel[] };
}

interface Frame {
  readonly schema: {
    readonly meta?: { readonly notices?: readonly { severity: string; text: string }[] };
    readonly fields: readonly { readonly type: string }[];
  };
  readonly data: { readonly values: readonly (readonly unknown[])[] };
}

interface QueryAnswer {
  readonly results: Readonly<Record<string, { readonly error?: string; readonly frames?: readonly Frame[] }>>;
}

/** Asks Grafana as its admin. @throws {Error} with what it says. */
export async function askGrafana<T>(path: string, body?: unknown): Promise<T> {
  const user = `${process.env.GRAFANA_USER ?? "admin"}:${process.env.GRAFANA_PASSWORD ?? "admin"}`;
  const response = await fetch(`${engine("GRAFANA_URL")}${path}`, {
    headers: { authorization: `Basic ${btoa(user)}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

export function storedDashboard(uid: string): Promise<StoredDashboard> {
  return askGrafana<StoredDashboard>(`/api/dashboards/uid/${uid}`);
}

/** Runs one filled query through Grafana and its data source. @throws {Error} with what they say. */
export async function askThroughGrafana(target: Target, { from, to, stepS }: Shown): Promise<Answer> {
  const query = { ...target, intervalMs: stepS * 1_000, maxDataPoints: 500, utcOffsetSec: 0 };
  const answer = await askGrafana<QueryAnswer>("/api/ds/query", {
    from: String(from.getTime()),
    to: String(to.getTime()),
    queries: [query],
  });
  const { error, frames = [] } = answer.results[target.refId] ?? { error: "no result" };
  if (error !== undefined) throw new Error(error);
  const notices = frames.flatMap(({ schema }) => schema.meta?.notices ?? []);
  return {
    // Times count as no answer: a row of zeros is a row of zeros whenever it was counted.
    cells: frames.flatMap(({ schema, data }) =>
      schema.fields.flatMap(({ type }, index) => (type === "time" ? [] : (data.values[index] ?? []))),
    ),
    warnings: notices.filter(({ severity }) => severity !== "info").map(({ text }) => text),
  };
}
