import { setTimeout as sleep } from "node:timers/promises";
import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@animal-delivery/contracts/gen/google/rpc/error_details_pb";
import { methodName } from "./method-name.ts";

export interface RetryOptions {
  /** How often a call is tried again; by default for about a second and a half, which a restart takes. */
  readonly retriesMax?: number;
  /** The first pause; each further one is twice as long, and chance shortens each, to half at the most. */
  readonly pauseMs?: number;
  readonly onRetry?: (method: string, error: ConnectError) => void;
}

/** How a broken connection shows itself; a server's own answer with one of these codes has an ErrorInfo. */
const LOST: ReadonlySet<Code> = new Set([Code.Aborted, Code.Internal, Code.Unknown, Code.Canceled]);

/**
 * Tries unary calls again that may be repeated: reads, writes with an idempotency key, and whatever surely was not begun.
 * This is the one layer of the platform that does so. The time given for the call covers all tries.
 */
export function retryingTransport(
  inner: Transport,
  { retriesMax = 5, pauseMs = 60, onRetry }: RetryOptions = {},
): Transport {
  return {
    ...inner,
    async unary(method, signal, timeoutMs, header, ...rest) {
      const giveUpAt = performance.now() + (timeoutMs ?? Infinity);
      for (let tried = 0; ; tried++) {
        // gRPC's header takes whole milliseconds alone.
        const leftMs = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(giveUpAt - performance.now()));
        try {
          return await inner.unary(method, signal, leftMs, header, ...rest);
        } catch (cause) {
          const error = ConnectError.from(cause);
          const waitMs = pauseMs * 2 ** tried * (0.5 + Math.random() / 2);
          const isOver = signal?.aborted || performance.now() + waitMs >= giveUpAt;
          const again = isRepeatable(method, header) ? isTransient(error) : wasNotBegun(error);
          if (tried >= retriesMax || isOver || !again) throw error;
          onRetry?.(methodName(method), error);
          await sleep(waitMs, undefined, signal && { signal }).catch(() => Promise.reject(error));
        }
      }
    },
  };
}

function isRepeatable(method: DescMethod, header: HeadersInit | undefined): boolean {
  return method.idempotency === Level.NO_SIDE_EFFECTS || new Headers(header).has("idempotency-key");
}

/** No connection, or a stream that the other side did not take (RFC 9113, 8.7). */
function wasNotBegun(error: ConnectError): boolean {
  const { cause } = error;
  const isRefused = cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
  return isRefused || (isTransient(error) && /REFUSED_STREAM\b/.test(error.rawMessage));
}

function isTransient(error: ConnectError): boolean {
  if (error.code === Code.Unavailable) return true;
  return LOST.has(error.code) && error.findDetails(ErrorInfoSchema).length === 0;
}
