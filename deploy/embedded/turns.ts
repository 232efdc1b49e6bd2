/** Lets so many works run at once and so many wait. */
export interface Turns {
  /** @throws the refusal when the queue is full. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export interface TurnsOptions {
  readonly runningMax: number;
  readonly waitingMax: number;
  /** What the one who finds the queue full gets. */
  readonly refusal: () => Error;
}

export function createTurns({ runningMax, waitingMax, refusal }: TurnsOptions): Turns {
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
        if (waiting.length >= waitingMax) throw refusal();
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
