import type { Expectation } from "./expectation.ts";
import type { Query } from "./query.ts";

/** Kinds of panels that Grafana 10 and 12 both draw. */
export type PanelType = "stat" | "timeseries" | "bargauge" | "table" | "traces";

/** A panel before it has a place. */
export interface Panel {
  readonly type: PanelType;
  readonly title: string;
  /** What it shows and what to do when it looks bad. */
  readonly description: string;
  readonly after: Expectation;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  /** In rows of 30 pixels. */
  readonly height: number;
  /** What Grafana stores of this kind of panel: fieldConfig, options, transformations. */
  readonly view: Readonly<Record<string, unknown>>;
}

/** What every kind of panel is given. */
export interface PanelBasics {
  readonly title: string;
  readonly description: string;
  readonly after: Expectation;
  readonly queries: readonly Query[];
  readonly width: number;
  readonly height?: number;
}

export function basicsOf(type: PanelType, given: PanelBasics, height: number): Omit<Panel, "view"> {
  const { title, description, after, queries, width } = given;
  return { type, title, description, after, queries, width, height: given.height ?? height };
}
