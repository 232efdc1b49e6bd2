import type { Dashboard } from "@animal-delivery/deploy/grafana/build/dashboard";

/** The shown time, and how far apart points lie. */
export interface Shown {
  readonly from: Date;
  readonly to: Date;
  readonly stepS: number;
}

/** Values by the variable's name: one for text, all of them for a choice. */
export type Values = ReadonlyMap<string, string | readonly string[]>;

const SCRAPE_S = 5;

/** The query with its variables replaced as Grafana does it: `$x`, `${x}`, `${x:singlequote}`, `${x:sqlstring}`. */
export function fillVariables(text: string, values: Values): string {
  return text.replaceAll(
    /\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g,
    (whole, braced?: string, format?: string, bare?: string) => {
      const value = values.get(braced ?? bare ?? "");
      return value === undefined ? whole : formatted(value, format);
    },
  );
}

/** What Grafana's page replaces in queries of Prometheus besides: the windows that fit the shown time. */
export function fillWindows(expr: string, { from, to, stepS }: Shown): string {
  const windows: Record<string, number> = {
    $__rate_interval: Math.max(stepS + SCRAPE_S, 4 * SCRAPE_S),
    $__interval: stepS,
    $__range: (to.getTime() - from.getTime()) / 1_000,
  };
  return Object.entries(windows).reduce((filled, [name, seconds]) => filled.replaceAll(name, `${seconds}s`), expr);
}

/** What the data source of ClickHouse makes of the macros that are used here. */
export function fillMacros(sql: string, { from, to, stepS }: Shown): string {
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
  return sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 >= toDateTime(${seconds(from)}) AND $1 <= toDateTime(${seconds(to)})`)
    .replaceAll(/\$__timeInterval\((\w+)\)/g, `toStartOfInterval(toDateTime($1), INTERVAL ${stepS} second)`);
}

/** What of a filled query is still a variable or a macro. `$1` is no variable but part of a regular expression. */
export function leftOpen(filled: string): string[] {
  return filled.match(/\$(?:__)?[a-z_]\w*|\$\{[a-z_]\w*[^}]*\}/g) ?? [];
}

/** The values that a dashboard shows at first: every one of a choice, no text. `listed` asks for the values of a choice. */
export async function firstValues(
  { variables }: Dashboard,
  listed: (variable: Exclude<Dashboard["variables"][number], { kind: "text" }>) => Promise<readonly string[]>,
): Promise<Values> {
  const values = new Map<string, string | readonly string[]>();
  for (const variable of variables) {
    if (variable.kind === "text") values.set(variable.name, "");
    else {
      const choice = await listed(variable);
      if (choice.length === 0) throw new Error(`variable ${variable.name} has nothing to choose from`);
      values.set(variable.name, variable.kind === "label" ? ".+" : choice);
    }
  }
  return values;
}

function formatted(value: string | readonly string[], format: string | undefined): string {
  const list = typeof value === "string" ? [value] : value;
  if (format === "singlequote" || format === "sqlstring") {
    return list.map((one) => `'${one.replaceAll("'", format === "sqlstring" ? "''" : String.raw`\'`)}'`).join(",");
  }
  return list.join(",");
}
