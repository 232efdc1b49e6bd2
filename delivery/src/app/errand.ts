import type { Visibility } from "../store/visibility.ts";

/** Who wants something done about which delivery. */
export interface Errand {
  readonly deliveryId: string;
  /** Who it is in the history. */
  readonly actor: string;
  readonly visibility: Visibility;
}
