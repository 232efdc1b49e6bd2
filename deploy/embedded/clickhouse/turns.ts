import { ClickHouseException } from "./exception.ts";

/** Lets so many works run at once and so many wait. */
export interface Turns {
  /** @throws {ClickHouseException} TOO_MANY_SIMULTANEOUS_QUERIES when the queue is full. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(runningMax: number, waitingMax: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  /** The turn of a finished work goes to the next one directly, so that a newcomer cannot slip in between. */
  const handOver = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    async take(work) {
      if (running < runningMax) {
        running += 1;
      } else {
        if (waiting.length >= waitingMax) {
          throw new ClickHouseException(202, "TOO_MANY_SIMULTANEOUS_QUERIES", 503, "Too many simultaneous queries.");
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        handOver();
      }
    },
  };
}
