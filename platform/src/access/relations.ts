import type { Relation } from "./caller.ts";

/** One bit for each relation, so that the grants of several roles are OR-ed in one operation. */
export const RELATION_BITS = {
  any: 1,
  customer: 2,
  courier: 4,
  creator: 8,
  member: 16,
  self: 32,
} as const satisfies Record<Relation, number>;

/** Every relation that a policy row may name. */
export const RELATIONS = Object.keys(RELATION_BITS) as readonly Relation[];

export const ALL_RELATIONS_MASK = (1 << RELATIONS.length) - 1;

const SETS: readonly ReadonlySet<Relation>[] = Array.from({ length: ALL_RELATIONS_MASK + 1 }, (_, mask) => {
  return new Set(RELATIONS.filter((relation) => (mask & RELATION_BITS[relation]) !== 0));
});

const NONE: ReadonlySet<Relation> = new Set();

/** The relations whose bits are set. The same mask answers with the same set: nothing is allocated per request. */
export function relationsOf(mask: number): ReadonlySet<Relation> {
  return SETS[mask] ?? NONE;
}

export function isRelation(text: string | undefined): text is Relation {
  return text !== undefined && Object.hasOwn(RELATION_BITS, text);
}
