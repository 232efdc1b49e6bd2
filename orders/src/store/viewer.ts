import { visibleWhere } from "@animal-delivery/platform/access/predicate";
import type { Grant, Relation } from "@animal-delivery/platform/access/caller";

/** Whose eyes look at orders: a row they may not see is not there. */
export interface Viewer {
  /** The subject that the relations are about. */
  readonly subject: string;
  readonly relations: ReadonlySet<Relation>;
}

export function viewerOf({ caller, relations }: Grant): Viewer {
  return { subject: caller.actor, relations };
}

/** The service itself, following events: it sees every order. */
export const SERVICE_VIEWER: Viewer = { subject: "", relations: new Set(["any"]) };

/** The predicate of the orders (`o`) that a viewer sees; `$1` is the viewer's subject. */
export function visibleOrders({ relations }: Viewer): string {
  return visibleWhere(relations, { any: "true", customer: "o.customer_id = $1" });
}
