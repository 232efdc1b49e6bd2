import { plain, toDefaults, type Look } from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

/** Bars by name, the longest first where the query sorts them. */
export function bars(given: PanelBasics & { readonly look: Look }): Panel {
  return {
    ...basicsOf("bargauge", given, 7),
    view: {
      fieldConfig: {
        defaults: { ...toDefaults({ thresholds: plain("calm"), ...given.look }), color: { mode: "thresholds" } },
        overrides: [],
      },
      options: {
        orientation: "horizontal",
        displayMode: "basic",
        showUnfilled: false,
        valueMode: "text",
        minVizHeight: 16,
        // Without sizes, two bars are written in letters as high as the panel.
        text: { titleSize: 12, valueSize: 14 },
        // Of a table each row is a bar; of series each series.
        reduceOptions: { calcs: ["lastNotNull"], fields: "", values: given.queries[0]?.source === "clickhouse" },
      },
    },
  };
}
