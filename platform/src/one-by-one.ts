/** Does work of one name one after the other, in the order it came; work of other names goes on beside it. */
export type OneByOne = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function createOneByOne(): OneByOne {
  /** The last work of each name. */
  const tails = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = tails.get(name) ?? Promise.resolve();
    const done = before.then(work, work);
    tails.set(name, done);
    return done.finally(() => {
      if (tails.get(name) === done) tails.delete(name);
    });
  };
}
