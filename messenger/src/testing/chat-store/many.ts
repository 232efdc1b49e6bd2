/** As many calls as a store is asked at once when a case needs a great many. */
const BATCH = 100;

/** Does the work for 0, 1, ... all at once. */
export function atOnce<T>(count: number, work: (index: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: count }, async (_, index) => work(index));
}

/** The same a hundred at a time. */
export async function inBatches<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let done = 0; done < count; done += BATCH) {
    const batch = atOnce(Math.min(BATCH, count - done), async (index) => work(done + index));
    results.push(...(await Promise.all(batch)));
  }
  return results;
}

/** 1, 2, ... up to the number, or from one to the other. */
export function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
