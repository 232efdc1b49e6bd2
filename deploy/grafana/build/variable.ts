import { sourceRef } from "./query.ts";

/** What a person chooses above the panels. */
export type Variable = LabelVariable | SqlVariable | TextVariable;

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly description: string;
}

/** The values of a label, in Prometheus; all of them at first. */
export interface LabelVariable extends Choice {
  readonly kind: "label";
  readonly metric: string;
  readonly of: string;
}

/** The first column of an answer, in ClickHouse; all of them at first. */
export interface SqlVariable extends Choice {
  readonly kind: "sql";
  readonly sql: string;
}

export interface TextVariable extends Choice {
  readonly kind: "text";
}

/** The variable as Grafana 10 and 12 store it. */
export function toTemplate(variable: Variable): Record<string, unknown> {
  const { name, label, description } = variable;
  const common = { name, label, description, hide: 0, skipUrlSync: false };
  if (variable.kind === "text") {
    const none = { selected: true, text: "", value: "" };
    return { ...common, type: "textbox", query: "", current: none, options: [none] };
  }
  const query =
    variable.kind === "label"
      ? { query: `label_values(${variable.metric}, ${variable.of})`, refId: "variable" }
      : variable.sql;
  return {
    ...common,
    type: "query",
    datasource: sourceRef(variable.kind === "label" ? "prometheus" : "clickhouse"),
    definition: typeof query === "string" ? query : query.query,
    query,
    multi: true,
    includeAll: true,
    // A regular expression that Prometheus understands; SQL gets the list of all values.
    ...(variable.kind === "label" && { allValue: ".+" }),
    current: { selected: true, text: ["All"], value: ["$__all"] },
    options: [],
    regex: "",
    refresh: 2,
    sort: 1,
  };
}
