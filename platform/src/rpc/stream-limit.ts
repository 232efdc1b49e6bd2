import type { DomainError } from "../errors.ts";

/** Counts the open streams of each caller in this process. */
export interface StreamLimit {
  /**
   * Takes one stream of a caller; dispose of it when the stream ends. It ends with `signal` too: a generator whose reader
   * left is not always asked again, and then never comes to its end.
   *
   * @throws {DomainError} the refusal, when the caller has as many as they may have.
   */
  open(actor: string, signal: AbortSignal): Disposable;
}

export interface StreamLimitOptions {
  readonly streamsPerCallerMax: number;
  readonly refusal: (streamsPerCallerMax: number) => DomainError;
  /** Told of how many streams are open in all, whenever that changes. */
  readonly observe: (open: number) => void;
}

export function createStreamLimit({ streamsPerCallerMax, refusal, observe }: StreamLimitOptions): StreamLimit {
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
      if ((streams.get(actor) ?? 0) >= streamsPerCallerMax) throw refusal(streamsPerCallerMax);
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
