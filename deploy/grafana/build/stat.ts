import { plain, toDefaults, type Look } from "./look.ts";
import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

const LAST = { calcs: ["lastNotNull"], fields: "", values: false };

/** A word on a coloured ground: the answer to one question about how it stands. */
export function verdict(given: PanelBasics & { readonly look: Look }): Panel {
  const defaults = toDefaults(given.look);
  // A quotient without a divisor is no number, and no answer either.
  const empty = { type: "special", options: { match: "nan", result: { text: given.look.noValue, index: 99 } } };
  const mappings = [...(defaults.mappings as unknown[]), empty];
  return {
    ...basicsOf("stat", given, 4),
    view: {
      fieldConfig: { defaults: { ...defaults, mappings, color: { mode: "thresholds" } }, overrides: [] },
      options: {
        reduceOptions: LAST,
        colorMode: "background_solid",
        graphMode: "none",
        textMode: "value",
        justifyMode: "center",
        orientation: "auto",
      },
    },
  };
}

/** A number with a small line behind it; several stand beside one another, or one below the other. */
export function stat(
  given: PanelBasics & { readonly look: Look; readonly graph?: boolean; readonly below?: boolean },
): Panel {
  const { look, graph = true, below = false } = given;
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
        orientation: below ? "horizontal" : "auto",
      },
    },
  };
}
