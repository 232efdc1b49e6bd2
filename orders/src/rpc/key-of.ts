/**
 * The key under which a table holds `value`.
 *
 * @throws {Error} when it holds none: a value that validation should have refused.
 */
export function keyOf<K extends string>(table: Readonly<Record<K, unknown>>, value: unknown): K {
  const keys = Object.keys(table) as K[];
  const key = keys.find((key) => table[key] === value);
  if (key === undefined) throw new Error(`no key among ${keys.join(", ")} stands for ${String(value)}`);
  return key;
}
