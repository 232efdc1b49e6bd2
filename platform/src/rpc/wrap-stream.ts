import { Code, ConnectError, type StreamResponse } from "@connectrpc/connect";

export interface StreamWrapping {
  /** Runs the pull of one message. */
  readonly pull: <T>(next: () => Promise<T>) => Promise<T>;
  /** Called once: with the error that ended the stream, or with undefined when it ended well. */
  readonly end?: (error: unknown) => void;
}

/**
 * A streamed response whose every pull goes through `pull`. A try/catch around `next(request)` does not see what happens
 * inside a stream, and an async generator does not keep the AsyncLocalStorage of who made it: interceptors wrap each pull.
 */
export function wrapStream(response: StreamResponse, { pull, end }: StreamWrapping): StreamResponse {
  const message = {
    [Symbol.asyncIterator]() {
      const inner = response.message[Symbol.asyncIterator]();
      const finish = once(end);
      return {
        async next() {
          try {
            const result = await pull(() => inner.next());
            if (result.done) finish(undefined);
            return result;
          } catch (error) {
            finish(error);
            // The pull may have been given up from outside, with the generator still alive: let it run its `finally`.
            inner.return?.().catch(() => undefined);
            throw error;
          }
        },
        async return(value?: unknown) {
          finish(new ConnectError("the caller left the stream", Code.Canceled));
          await inner.return?.(value);
          return { done: true as const, value };
        },
        async throw(error?: unknown): Promise<never> {
          finish(error);
          await inner.throw?.(error);
          throw error;
        },
      };
    },
  };
  return { ...response, message };
}

function once(call: ((error: unknown) => void) | undefined): (error: unknown) => void {
  let called = false;
  return (error) => {
    if (called) return;
    called = true;
    call?.(error);
  };
}
