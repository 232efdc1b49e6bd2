/** Joins the conditions that are there by `and`; true when there are none. They are fixed texts: values go as parameters. */
export function allOf(conditions: readonly (string | false | undefined)[]): string {
  const present = conditions.filter((condition) => condition !== false && condition !== undefined);
  return present.length > 0 ? present.join(" and ") : "true";
}
