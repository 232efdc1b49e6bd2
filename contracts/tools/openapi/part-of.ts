import type { BaseDocument } from "./document.ts";
import type { JsonObject } from "./json.ts";

/** The hand-written part of a face that serves less: its own words, and what it takes of the whole base. */
export interface PartDocument extends JsonObject {
  readonly tags: readonly JsonObject[];
  readonly components: Record<string, JsonObject>;
  readonly "x-takes": { readonly paths: readonly string[]; readonly [component: string]: readonly string[] };
}

/** The base of such a face. */
export function partOf(base: BaseDocument, { "x-takes": takes, ...own }: PartDocument): BaseDocument {
  const { paths, ...components } = takes;
  const taken = Object.entries(components).map(([kind, names]) => [
    kind,
    { ...pick(base.components[kind], names), ...own.components[kind] },
  ]);
  return {
    ...base,
    ...own,
    paths: pick(base.paths, paths),
    components: { ...own.components, ...(Object.fromEntries(taken) as BaseDocument["components"]) },
  };
}

/** @throws {Error} when there is nothing of a name. */
function pick<T>(all: Record<string, T> | undefined, names: readonly string[]): Record<string, T> {
  const entries = names.map((name) => {
    const found = all?.[name];
    if (found === undefined) throw new Error(`the base document has no ${name}`);
    return [name, found] as const;
  });
  return Object.fromEntries(entries);
}
