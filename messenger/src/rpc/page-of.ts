import { type Page, readPage } from "@animal-delivery/platform/page";
import { idAt, timeAt } from "@animal-delivery/platform/page-position";
import type { ListPosition } from "../store/list-position.ts";

/**
 * Reads the pages of a list that is in the order of times and then of ids.
 *
 * @param filters what makes it another list, for which no page token of this one is good.
 */
export function pageOf<T>(
  filters: readonly string[],
  read: (after: ListPosition | undefined, limit: number) => Promise<readonly T[]>,
  positionOf: (item: T) => ListPosition,
): (request: { readonly pageSize: number; readonly pageToken: string }) => Promise<Page<T>> {
  return (request) =>
    readPage(request, {
      filters,
      positionOf: (key): ListPosition => ({ id: idAt(key, 0), at: timeAt(key, 1).getTime() }),
      read,
      keyOf: (item) => {
        const { at, id } = positionOf(item);
        return [id, String(at)];
      },
    });
}
