import type { Transport } from "@connectrpc/connect";
import { toConnectError } from "../error-codes.ts";
import { currentContext } from "../request-context.ts";
import { deadlineExceeded } from "./abort-reason.ts";

/**
 * Gives each call the time and the signal of the work at hand: no call outlives the request that made it. A unary call has
 * `timeoutMs` at the most unless it was given another time; a stream has none of its own.
 */
export function boundedTransport(inner: Transport, timeoutMs: number): Transport {
  return {
    async unary(method, signal, given, ...rest) {
      const leftMs = timeLeftMs(given ?? timeoutMs);
      return inner.unary(method, joined(signal), leftMs, ...rest);
    },
    async stream(method, signal, given, ...rest) {
      const leftMs = given === undefined ? undefined : timeLeftMs(given);
      return inner.stream(method, joined(signal), leftMs, ...rest);
    },
  };
}

/** @throws {ConnectError} DeadlineExceeded when nothing is left: to connect, a time of 0 means no limit. */
function timeLeftMs(wantedMs: number): number {
  const deadlineAt = currentContext()?.deadlineAt ?? Infinity;
  const leftMs = Math.min(wantedMs, deadlineAt - Date.now());
  if (leftMs <= 0) throw toConnectError(deadlineExceeded(), "client.animal-delivery");
  return Math.ceil(leftMs);
}

function joined(given: AbortSignal | undefined): AbortSignal | undefined {
  const current = currentContext()?.signal;
  // The gateway gives the request's own signal; joining one with itself would cost more than the rest of this file.
  return given && current && given !== current ? AbortSignal.any([given, current]) : (given ?? current);
}
