import type { Interceptor, StreamRequest, StreamResponse, UnaryRequest, UnaryResponse } from "@connectrpc/connect";
import { DomainError } from "../errors.ts";
import { currentContext, runInContext, type RequestContext } from "../request-context.ts";
import { deadlineExceeded } from "./abort-reason.ts";
import type { Authenticator } from "./authenticate.ts";
import { callEnd, type CallEnd } from "./call-end.ts";
import { givenTimeoutMs } from "./timeout-header.ts";
import { wrapStream } from "./wrap-stream.ts";

export interface DeadlineOptions {
  /** The time of a call that came without one. */
  readonly defaultTimeoutMs?: number;
  /** A longer time is cut to this. */
  readonly maxTimeoutMs?: number;
  /** Streams end at this age, give or take a tenth, and their callers come again. */
  readonly streamMaxAgeMs?: number;
  /** How often a stream's caller is looked at again: with the second a denial takes to spread, streams end within 5 s of a logout. */
  readonly recheckMs?: number;
  readonly recheck?: Authenticator["recheck"];
  /** Aborts when the server drains: streams end, calls finish. */
  readonly draining?: AbortSignal;
}

/** Gives every call an end: a deadline for a unary call; a maximum age, the drain and the grant's own end for a stream. */
export function deadlineInterceptor(options: DeadlineOptions = {}): Interceptor {
  return (next) => async (request) => {
    const end = callEnd(request.signal);
    return request.stream ? runStream(next, request, end, options) : runUnary(next, request, end, options);
  };
}

type Next = Parameters<Interceptor>[0];

async function runUnary(
  next: Next,
  request: UnaryRequest,
  end: CallEnd,
  { defaultTimeoutMs = 5_000, maxTimeoutMs = 30_000 }: DeadlineOptions,
): Promise<UnaryResponse | StreamResponse> {
  const given = givenTimeoutMs(request.header);
  const timeoutMs = Math.min(given ?? defaultTimeoutMs, maxTimeoutMs);
  // Connect has a timer of its own for the time that the caller gave; it aborts request.signal.
  const timer = timeoutMs === given ? undefined : setTimeout(() => end.abort(deadlineExceeded()), timeoutMs);
  const context = contextUntil(end.signal, Date.now() + timeoutMs);
  try {
    return await inContext(context, () => end.guard(() => next({ ...request, signal: end.signal })));
  } finally {
    clearTimeout(timer);
    end.done();
  }
}

async function runStream(
  next: Next,
  request: StreamRequest,
  end: CallEnd,
  options: DeadlineOptions,
): Promise<UnaryResponse | StreamResponse> {
  const release = endStream(request, end, options);
  const context = contextUntil(end.signal, undefined);
  try {
    const response = await inContext(context, () => end.guard(() => next({ ...request, signal: end.signal })));
    if (!response.stream) return response;
    const pull = <T>(work: () => Promise<T>): Promise<T> => inContext(context, () => end.guard(work));
    return wrapStream(response, { pull, end: release });
  } catch (error) {
    release();
    throw error;
  }
}

/** Watches what may end a stream besides its caller; answers how to stop watching. */
function endStream(request: StreamRequest, end: CallEnd, options: DeadlineOptions): () => void {
  const { streamMaxAgeMs = 600_000, recheckMs = 3_500, recheck, draining } = options;
  const ageMs = streamMaxAgeMs * (0.9 + Math.random() * 0.2);
  const age = setTimeout(() => end.abort(unavailable("the stream reached its maximum age")), ageMs);
  const looking = recheck && lookAgain(recheckMs, () => recheck(request.contextValues), end);
  const onDrain = (): void => end.abort(unavailable("the server shuts down"));
  if (draining?.aborted) onDrain();
  draining?.addEventListener("abort", onDrain, { once: true });
  return () => {
    clearTimeout(age);
    clearInterval(looking);
    draining?.removeEventListener("abort", onDrain);
    end.done();
  };
}

/** Looks until it throws; one look waits for the other. */
function lookAgain(ms: number, look: () => void | Promise<void>, end: CallEnd): NodeJS.Timeout {
  let isLooking = false;
  const lookOnce = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await look();
    } catch (error) {
      end.abort(error as Error);
    }
    isLooking = false;
  };
  return setInterval(() => void lookOnce(), ms);
}

function unavailable(message: string): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", message);
}

function contextUntil(signal: AbortSignal, deadlineAt: number | undefined): RequestContext | undefined {
  const context = currentContext();
  return context && { ...context, signal, deadlineAt };
}

function inContext<T>(context: RequestContext | undefined, work: () => Promise<T>): Promise<T> {
  return context ? runInContext(context, work) : work();
}
