import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect";
import { wrapStream } from "./wrap-stream.ts";

/** What an observer sees of the end of a call. */
export interface CallEnded {
  /** What the caller gets; undefined when the call went well. */
  readonly error: unknown;
  readonly durationMs: number;
  /** The answer of a unary call that went well. */
  readonly response: unknown;
}

/** An interceptor that only looks: `begin` is called with each call, and what it answers with the call's end. */
export function observeCalls(
  begin: (request: UnaryRequest | StreamRequest) => (ended: CallEnded) => void,
): Interceptor {
  return (next) => async (request) => {
    const startedAt = performance.now();
    const onEnd = begin(request);
    const end = (error: unknown, response?: unknown): void => {
      onEnd({ error, durationMs: performance.now() - startedAt, response });
    };
    try {
      const response = await next(request);
      if (response.stream) return wrapStream(response, { pull: (pull) => pull(), end });
      end(undefined, response.message);
      return response;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}
