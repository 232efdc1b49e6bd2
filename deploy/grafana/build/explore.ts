import { basicsOf, type Panel, type PanelBasics } from "./panel.ts";

/** The spans of one trace. */
export function traceView(given: PanelBasics): Panel {
  return { ...basicsOf("traces", given, 16), view: { fieldConfig: { defaults: {}, overrides: [] }, options: {} } };
}
