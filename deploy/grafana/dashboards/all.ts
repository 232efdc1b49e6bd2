import type { Dashboard } from "../build/dashboard.ts";
import { DELIVERIES } from "./deliveries.ts";
import { EVENTS } from "./events.ts";
import { EXPLORER } from "./explorer.ts";
import { GATEWAY } from "./gateway.ts";
import { OVERVIEW } from "./overview.ts";
import { RUNTIME } from "./runtime.ts";
import { SAGAS } from "./sagas.ts";
import { SERVICES } from "./services.ts";

/** Every dashboard, in the order of the documentation. */
export const DASHBOARDS: readonly Dashboard[] = [
  OVERVIEW,
  GATEWAY,
  SERVICES,
  EVENTS,
  SAGAS,
  DELIVERIES,
  EXPLORER,
  RUNTIME,
];
