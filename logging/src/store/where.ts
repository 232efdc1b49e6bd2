/** A fixed text with parameters in it; what is false or undefined does not narrow. */
export type Condition = string | false | undefined;

/** Joins the conditions that are there by `and`; true when there are none. Values go as parameters. */
export function allOf(conditions: readonly Condition[]): string {
  const present = conditions.filter((condition) => condition !== false && condition !== undefined);
  return present.length > 0 ? present.join(" and ") : "true";
}
