/** A page as it was answered. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

interface Walk<T> {
  /** Which list of whom. */
  readonly list: string;
  /** The position after which to begin; undefined begins at the beginning. */
  readonly after: string | undefined;
  readonly limit: number;
  /** As many as the API gives in one page. */
  readonly pageSizeMax: number;
  readonly read: (query: { page_size: string; page_token: string }) => Promise<Page<T>>;
  readonly positionOf: (item: T) => string;
}

/**
 * Reads lists as callers do, by the tokens that pages gave: a position is known when a page ended there. A longer page than the API
 * gives is read as several.
 */
export class Pages {
  readonly #tokens = new Map<string, string>();

  /** @throws {Error} for a position where no page of the list has ended. */
  async walk<T>({ list, after, limit, pageSizeMax, read, positionOf }: Walk<T>): Promise<T[]> {
    const items: T[] = [];
    let token = after === undefined ? "" : this.#tokenAfter(list, after);
    let isLast = after !== undefined && token === "";
    while (!isLast && items.length < limit) {
      const size = Math.min(limit - items.length, pageSizeMax);
      const page = await read({ page_size: String(size), page_token: token });
      if (page.items.length > size) throw new Error(`a page of ${size} has ${page.items.length} items`);
      items.push(...page.items);
      token = page.nextPageToken;
      isLast = token === "";
      const end = page.items.at(-1);
      if (end !== undefined) this.#tokens.set(`${list} ${positionOf(end)}`, token);
    }
    return items;
  }

  #tokenAfter(list: string, position: string): string {
    const token = this.#tokens.get(`${list} ${position}`);
    if (token !== undefined) return token;
    throw new Error(`no page of ${list} has ended at ${position}`);
  }
}
