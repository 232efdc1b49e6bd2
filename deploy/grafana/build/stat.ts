import { plain, toDefaults, type Look } from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

const LAST = { calcs: ["lastNotNull"], fields: "", values: false };

/** A word on a coloured ground: the answer to one question about how it stands. */
export function verdict(given: PanelBasics & { readonly look: Look }): Panel {
  return {
    ...basicsOf("stat", given, 4),
    view: {
      fieldConfig: { defaults: { ...toDefaults(given.look), color: { mode: "thresholds" } }, overrides: [] },
      options: {
        reduceOptions: LAST,
        colorMode: "background",
        graphMode: "none",
        textMode: "value",
        justifyMode: "center",
        orientation: "auto",
      },
    },
  };
}

/** One number with a small line behind it; with `values`, one for each row of a table. */
export function stat(given: PanelBasics & { readonly look: Look; readonly graph?: boolean }): Panel {
  const { look, graph = true } = given;
  return {
    ...basicsOf("stat", given, 4),
    view: {
      fieldConfig: {
        defaults: { ...toDefaults({ thresholds: plain("calm"), ...look }), color: { mode: "thresholds" } },
        overrides: [],
      },
      options: {
        reduceOptions: LAST,
        colorMode: "value",
        graphMode: graph ? "area" : "none",
        textMode: "auto",
        justifyMode: "center",
        orientation: "auto",
      },
    },
  };
}
