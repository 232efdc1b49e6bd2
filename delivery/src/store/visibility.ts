import type { Grant, Relation } from "@animal-delivery/platform/access/caller";
import { visibleWhere } from "@animal-delivery/platform/access/predicate";

/** Which rows a caller may see: the relations granted to them, and who they are. */
export interface Visibility {
  readonly relations: ReadonlySet<Relation>;
  /** The subject of the caller; empty for a service on its own. */
  readonly subject: string;
}

/** Every row, for the service's own work. */
export const EVERY_ROW: Visibility = { relations: new Set<Relation>(["any"]), subject: "" };

export function visibilityOf(grant: Grant): Visibility {
  return { relations: grant.relations, subject: grant.caller.user?.subject ?? "" };
}

/** The predicate over `deliveries d`; $1 is the subject. */
export function deliveriesOf(visibility: Visibility): string {
  return visibleWhere(visibility.relations, {
    any: "true",
    customer: "d.customer_id = $1",
    courier: "d.courier_id = $1",
  });
}

/** The predicate over `couriers c`; $1 is the subject. Nobody is shown one whose profile went. */
export function couriersOf(visibility: Visibility): string {
  return `c.erased_at is null and ${visibleWhere(visibility.relations, { any: "true", self: "c.courier_id = $1" })}`;
}
