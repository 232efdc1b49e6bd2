import { comparePositions, type ListPosition } from "../list-position.ts";

/** The items after the position, in the order of their times and then of their ids. */
export function pageOf<T>(
  items: readonly T[],
  positionOf: (item: T) => ListPosition,
  after: ListPosition | undefined,
  limit: number,
): T[] {
  return pageBy(comparePositions, items, positionOf, after, limit);
}

/** The same the other way round, the greatest first. */
export function pageBackwards<T>(
  items: readonly T[],
  positionOf: (item: T) => ListPosition,
  after: ListPosition | undefined,
  limit: number,
): T[] {
  return pageBy((a, b) => comparePositions(b, a), items, positionOf, after, limit);
}

function pageBy<T>(
  order: (a: ListPosition, b: ListPosition) => number,
  items: readonly T[],
  positionOf: (item: T) => ListPosition,
  after: ListPosition | undefined,
  limit: number,
): T[] {
  const placed = items.map((item) => ({ item, position: positionOf(item) }));
  return placed
    .filter(({ position }) => after === undefined || order(position, after) > 0)
    .sort((a, b) => order(a.position, b.position))
    .slice(0, limit)
    .map(({ item }) => item);
}
