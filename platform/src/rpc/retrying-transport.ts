import { setTimeout as sleep } from "node:timers/promises";
import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@animal-delivery/contracts/gen/google/rpc/error_details_pb";
import { methodName } from "./method-name.ts";
import { type Outage, watchOutage } from "./outage.ts";

export interface RetryOptions {
  /** How often a call is tried again; by default as often as its time allows, and five times when it has no time limit. */
  readonly retriesMax?: number;
  /** The first pause; each further one is twice as long, and chance shortens each, to half at the most. */
  readonly pauseMs?: number;
  /** The longest pause. */
  readonly pauseMsMax?: number;
  readonly onRetry?: (method: string, error: ConnectError) => void;
  /** Remembers how long the service has been away; one of its own unless given. */
  readonly outage?: Outage;
}

const RETRIES_WITHOUT_DEADLINE = 5;
/** The last try has this much time at least, or a call to a dead service would end as late instead of unavailable. */
const LAST_TRY_MS = 20;

/** How a broken connection shows itself; a server's own answer with one of these codes has an ErrorInfo. */
const LOST: ReadonlySet<Code> = new Set([Code.Aborted, Code.Internal, Code.Unknown, Code.Canceled]);
/** What says nothing of whether a service can work: no answer in time, and what it refuses before it needs its database. */
const SAYS_NOTHING: ReadonlySet<Code> = new Set([
  Code.DeadlineExceeded,
  Code.InvalidArgument,
  Code.Unauthenticated,
  Code.PermissionDenied,
]);

/**
 * Tries unary calls again that may be repeated: reads, writes with an idempotency key, and whatever surely was not begun.
 * This is the one layer of the platform that does so. The time given for the call covers all tries, which spread over it, so
 * that several restarts in quick succession are bridged: in five seconds about nine. A service that has done no work for ten
 * seconds is away, or its database is: until it does some, each call is one try.
 */
export function retryingTransport(
  inner: Transport,
  { retriesMax, pauseMs = 60, pauseMsMax = 1_000, onRetry, outage = watchOutage() }: RetryOptions = {},
): Transport {
  return {
    ...inner,
    async unary(method, signal, timeoutMs, header, ...rest) {
      const giveUpAt = performance.now() + (timeoutMs ?? Infinity);
      const most = retriesMax ?? (timeoutMs === undefined ? RETRIES_WITHOUT_DEADLINE : Infinity);
      let missed: ConnectError | undefined;
      for (let tried = 0; ; tried++) {
        // gRPC's header takes whole milliseconds alone.
        const leftMs = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(giveUpAt - performance.now()));
        try {
          const answer = await inner.unary(method, signal, leftMs, header, ...rest);
          outage.answered();
          return answer;
        } catch (cause) {
          const error = ConnectError.from(cause);
          note(outage, error);
          const waitMs = Math.min(pauseMsMax, pauseMs * 2 ** tried) * (0.5 + Math.random() / 2);
          const isOver = signal?.aborted || performance.now() + waitMs + LAST_TRY_MS >= giveUpAt;
          const repeatable = isRepeatable(method, header);
          const again = repeatable ? isTransient(error) : wasNotBegun(error);
          if (tried >= most || isOver || !again || outage.isLong()) {
            // A try cut short by the end of the time says less than the one before it.
            throw repeatable && error.code === Code.DeadlineExceeded ? (missed ?? error) : error;
          }
          missed = error;
          onRetry?.(methodName(method), error);
          await sleep(waitMs, undefined, signal && { signal }).catch(() => Promise.reject(error));
        }
      }
    },
  };
}

function note(outage: Outage, error: ConnectError): void {
  if (isTransient(error)) outage.failed();
  else if (!SAYS_NOTHING.has(error.code)) outage.answered();
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
