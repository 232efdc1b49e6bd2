import { streamLimitReached } from "../domain/refusals.ts";

/** Counts the open streams of each caller in this process. */
export interface StreamLimit {
  /**
   * Takes one stream of a caller; dispose of it when the stream ends. It ends with `signal` too: a generator whose reader
   * left is not always asked again, and then never comes to its end.
   *
   * @throws {DomainError} exhausted STREAM_LIMIT_REACHED
   */
  open(actor: string, signal: AbortSignal): Disposable;
}

/** @param observe told of how many streams are open in all, whenever that changes. */
export function createStreamLimit(streamsPerCallerMax: number, observe: (open: number) => void): StreamLimit {
  const streams = new Map<string, number>();
  let open = 0;

  const add = (actor: string, difference: 1 | -1): void => {
    const left = (streams.get(actor) ?? 0) + difference;
    if (left === 0) streams.delete(actor);
    else streams.set(actor, left);
    open += difference;
    observe(open);
  };

  return {
    open(actor, signal) {
      if ((streams.get(actor) ?? 0) >= streamsPerCallerMax) throw streamLimitReached(streamsPerCallerMax);
      add(actor, 1);
      let taken = true;
      const release = (): void => {
        if (taken) add(actor, -1);
        taken = false;
        signal.removeEventListener("abort", release);
      };
      signal.addEventListener("abort", release, { once: true });
      return { [Symbol.dispose]: release };
    },
  };
}
