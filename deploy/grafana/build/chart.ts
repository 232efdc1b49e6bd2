import { COLOURS, toDefaults, type Colour, type Look } from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

export interface ChartOptions extends PanelBasics {
  readonly look: Look;
  /** Amounts that add up to a whole are stacked; rates and durations are lines. */
  readonly stacked?: boolean;
  readonly bars?: boolean;
  /** Series by name whose colour means something. */
  readonly colours?: Readonly<Record<string, Colour>>;
}

/** Values over time. */
export function chart(given: ChartOptions): Panel {
  const { look, stacked = false, bars = false, colours = {} } = given;
  const custom = {
    drawStyle: bars ? "bars" : "line",
    lineWidth: 1,
    fillOpacity: bars ? 70 : stacked ? 30 : 8,
    gradientMode: "none",
    lineInterpolation: "linear",
    showPoints: "never",
    spanNulls: 60_000,
    stacking: { mode: stacked ? "normal" : "none", group: "A" },
    thresholdsStyle: { mode: look.thresholds ? "line" : "off" },
    axisSoftMin: 0,
  };
  return {
    ...basicsOf("timeseries", given, 8),
    view: {
      fieldConfig: {
        defaults: { ...toDefaults(look), color: { mode: "palette-classic" }, custom },
        overrides: Object.entries(colours).map(([name, colour]) => ({
          matcher: { id: "byName", options: name },
          properties: [{ id: "color", value: { mode: "fixed", fixedColor: COLOURS[colour] } }],
        })),
      },
      options: {
        legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
        tooltip: { mode: "multi", sort: "desc" },
      },
    },
  };
}
