import { COLOURS, toDefaults, type Colour, type Look } from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

export interface ChartOptions extends PanelBasics {
  readonly look: Look;
  /** Amounts that add up to a whole are stacked; rates and durations are lines. */
  readonly stacked?: boolean;
  readonly bars?: boolean;
  /** Series that are drawn as lines among the bars, by name. */
  readonly lines?: readonly string[];
  /** Where a series has its name from, `${__field.labels.type}`; needed for the answers of ClickHouse alone. */
  readonly seriesName?: string;
  /** Series by name whose colour means something. */
  readonly colours?: Readonly<Record<string, Colour>>;
}

const SOFT_MAX: Readonly<Record<string, number>> = { percentunit: 0.01, reqps: 1, "suffix:/s": 1 };

const LINE = {
  "custom.drawStyle": "line",
  "custom.lineWidth": 2,
  "custom.fillOpacity": 0,
  "custom.showPoints": "always",
  "custom.stacking": { mode: "none", group: "A" },
};

/** Values over time. */
export function chart(given: ChartOptions): Panel {
  const { look, lines = [], colours = {}, seriesName } = given;
  return {
    ...basicsOf("timeseries", given, 7),
    view: {
      fieldConfig: {
        defaults: {
          ...toDefaults(look),
          ...(seriesName !== undefined && { displayName: seriesName }),
          color: { mode: "palette-classic" },
          custom: drawing(given),
        },
        overrides: [
          ...Object.entries(colours).map(([name, colour]) =>
            override(name, { color: { mode: "fixed", fixedColor: COLOURS[colour] } }),
          ),
          ...lines.map((name) => override(name, LINE)),
        ],
      },
      options: {
        legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
        tooltip: { mode: "multi", sort: "desc" },
      },
    },
  };
}

function drawing({ look, stacked = false, bars = false }: ChartOptions): Record<string, unknown> {
  return {
    drawStyle: bars ? "bars" : "line",
    lineWidth: 1,
    fillOpacity: bars ? 70 : stacked ? 30 : 0,
    gradientMode: "none",
    lineInterpolation: "linear",
    showPoints: "never",
    spanNulls: 60_000,
    stacking: { mode: stacked ? "normal" : "none", group: "A" },
    thresholdsStyle: { mode: look.thresholds ? "line" : "off" },
    axisSoftMin: 0,
    // Nothing at all would be drawn below 10,000 % otherwise.
    ...(look.unit in SOFT_MAX && { axisSoftMax: SOFT_MAX[look.unit] }),
  };
}

/** Of the series with this name; ClickHouse's carry the name of the number before it. */
function override(name: string, properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    matcher: { id: "byRegexp", options: `/(^| )${name}( |$)/` },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}
