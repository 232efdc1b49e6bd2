/** Units of Grafana that are used here; the same words in 10 and 12. */
export type Unit = "short" | "none" | "s" | "percentunit" | "reqps" | "suffix:/s" | "bytes" | "locale";

/** Fixed colours by their meaning: palettes differ between versions, and red must mean trouble. */
export const COLOURS = { good: "green", warn: "orange", bad: "red", calm: "blue", quiet: "#6e7681" } as const;
export type Colour = keyof typeof COLOURS;

/** From a value on it has this colour. The first one begins at nothing. */
export interface Thresholds {
  readonly base: Colour;
  readonly steps: readonly { readonly from: number; readonly colour: Colour }[];
}

/** A word in place of a number: for values of a range, both ends included. */
export interface Word {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly colour: Colour;
}

export interface Link {
  readonly title: string;
  /** Below Grafana's root, with `${__data.fields.x}`, `${__field.labels.x}` and `${__url_time_range}`. */
  readonly url: string;
}

/** How values look, in every kind of panel. */
export interface Look {
  readonly unit: Unit;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: Thresholds;
  readonly words?: readonly Word[];
  /** What stands there when the answer is empty or no number. */
  readonly noValue?: string;
  readonly links?: readonly Link[];
}

/** Good below `warn`, worth a look from there, bad from `bad`. */
export function rising(warn: number, bad: number): Thresholds {
  return {
    base: "good",
    steps: [
      { from: warn, colour: "warn" },
      { from: bad, colour: "bad" },
    ],
  };
}

/** Bad below `warn`, worth a look from there, good from `good`. */
export function falling(warn: number, good: number): Thresholds {
  return {
    base: "bad",
    steps: [
      { from: warn, colour: "warn" },
      { from: good, colour: "good" },
    ],
  };
}

/** One colour, whatever the value. */
export function plain(colour: Colour): Thresholds {
  return { base: colour, steps: [] };
}

/** Grafana's field configuration of a look. */
export function toDefaults(look: Look): Record<string, unknown> {
  const { unit, decimals, min, max, thresholds = plain("quiet"), words = [], noValue, links = [] } = look;
  return {
    unit,
    ...(decimals !== undefined && { decimals }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(noValue !== undefined && { noValue }),
    mappings: words.map(({ from, to, text, colour }, index) => ({
      type: "range",
      options: { from, to, result: { text, color: COLOURS[colour], index } },
    })),
    thresholds: toSteps(thresholds),
    links: links.map((link) => ({ ...link, targetBlank: false })),
  };
}

export function toSteps({ base, steps }: Thresholds): Record<string, unknown> {
  return {
    mode: "absolute",
    steps: [
      { color: COLOURS[base], value: null },
      ...steps.map(({ from, colour }) => ({ color: COLOURS[colour], value: from })),
    ],
  };
}
