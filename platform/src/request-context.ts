import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "@opentelemetry/api";

/** What belongs to the request or the event being worked on, wherever in the code that happens. */
export interface RequestContext {
  /** The id of the REST or RPC request; empty for background work. */
  readonly requestId: string;
  /** Joins everything that one request of the outside world caused, across services and topics. */
  readonly correlationId: string;
  /** The OpenTelemetry context with the active span; never taken from OpenTelemetry's globals. */
  readonly trace: Context;
  /** Aborts when the caller gives up, the deadline passes or the process drains; undefined where nothing ends the work. */
  readonly signal: AbortSignal | undefined;
  /** When the work must be done, in milliseconds since 1970; calls to other services take what is left of it. */
  readonly deadlineAt?: number | undefined;
}

/** Ids longer or stranger than this are not taken over from a caller: they go into every log line. */
const FOREIGN_ID = /^[\w.:@=+/-]{1,128}$/;

/** Whether a caller's own request or correlation id is fit to be one: the same everywhere, or a request would change its id. */
export function isFitId(text: string): boolean {
  return FOREIGN_ID.test(text);
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the work at hand; undefined outside a request, an event or a job. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/** Runs `work` with this context; everything it awaits has it too. An async generator does not: wrap each `next()`. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}
