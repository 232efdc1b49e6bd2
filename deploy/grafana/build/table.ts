import {
  COLOURS,
  toDefaults,
  toSteps,
  type Colour,
  type Look,
  type Link,
  type Thresholds,
  type Unit,
  type Word,
} from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

/** How one column is shown; columns that are not named are hidden. */
export interface Column {
  /** The field of the answer: `time`, `Value #A`, a label. */
  readonly field: string;
  readonly title: string;
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly width?: number;
  readonly thresholds?: Thresholds;
  readonly words?: readonly Word[];
  /** The colours of certain texts. */
  readonly texts?: Readonly<Record<string, Colour>>;
  readonly links?: readonly Link[];
}

export interface TableOptions extends PanelBasics {
  readonly columns: readonly Column[];
  readonly sortBy?: { readonly title: string; readonly desc: boolean };
  readonly noValue?: string;
  /** Rows of several queries with the same labels become one row. */
  readonly merge?: boolean;
}

/** Rows with the columns named, in this order. */
export function table(given: TableOptions): Panel {
  const { columns, sortBy, noValue = "Nothing", merge = false } = given;
  return {
    ...basicsOf("table", given, 9),
    view: {
      fieldConfig: {
        defaults: { ...toDefaults({ unit: "none", noValue }), custom: { align: "auto", inspect: false } },
        overrides: columns.map(overrideOf),
      },
      options: { showHeader: true, ...(sortBy && { sortBy: [{ displayName: sortBy.title, desc: sortBy.desc }] }) },
      transformations: [
        ...(merge ? [{ id: "merge", options: {} }] : []),
        { id: "filterFieldsByName", options: { include: { names: columns.map(({ field }) => field) } } },
        {
          id: "organize",
          options: {
            excludeByName: {},
            indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
            renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
          },
        },
      ],
    },
  };
}

/** By the new title: overrides come after the transformations. */
function overrideOf(column: Column): Record<string, unknown> {
  const { title, unit, decimals, width, thresholds, words, texts, links } = column;
  const look: Look = { unit: unit ?? "none", ...(words && { words }), ...(links && { links }) };
  const defaults = toDefaults(look);
  const properties: { id: string; value: unknown }[] = [{ id: "noValue", value: "–" }];
  if (unit) properties.push({ id: "unit", value: unit });
  if (decimals !== undefined) properties.push({ id: "decimals", value: decimals });
  if (width !== undefined) properties.push({ id: "custom.width", value: width });
  if (words) properties.push({ id: "mappings", value: defaults.mappings });
  if (texts) properties.push({ id: "mappings", value: [{ type: "value", options: colouredTexts(texts) }] });
  if (links) properties.push({ id: "links", value: defaults.links });
  if (thresholds) properties.push({ id: "thresholds", value: toSteps(thresholds) });
  if (thresholds || words || texts) properties.push({ id: "custom.cellOptions", value: { type: "color-text" } });
  return { matcher: { id: "byName", options: title }, properties };
}

function colouredTexts(texts: Readonly<Record<string, Colour>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([text, colour], index) => [text, { text, color: COLOURS[colour], index }]),
  );
}
