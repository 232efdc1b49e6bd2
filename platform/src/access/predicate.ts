import type { Relation } from "./caller.ts";

/**
 * The SQL predicate of the rows that a caller may see, to be AND-ed into a `where`.
 *
 * `table` says for each relation which rows it opens: `{ any: "true", customer: "customer_id = $1" }`. Texts of relations
 * that were not granted stay in the predicate, switched off: PostgreSQL refuses a parameter that no text mentions, so one
 * list of parameters fits every caller. The planner folds them away.
 */
export function visibleWhere(relations: ReadonlySet<Relation>, table: Partial<Record<Relation, string>>): string {
  const terms = Object.entries(table).map(([relation, rows]) => {
    const granted = relations.has("any") || relations.has(relation as Relation);
    return granted ? `(${rows})` : `(false and (${rows}))`;
  });
  return terms.length === 0 ? "false" : `(${terms.join(" or ")})`;
}
