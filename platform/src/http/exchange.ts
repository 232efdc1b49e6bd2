import type { HttpBindings } from "@hono/node-server";
import type { Span } from "@opentelemetry/api";
import type { User } from "../access/caller.ts";

/** One request and its answer, as everything on the way fills it in. */
export interface Exchange {
  readonly requestId: string;
  readonly correlationId: string;
  /** Of the client, as far as it can be believed. Never logged. */
  readonly address: string;
  readonly span: Span;
  /** `performance.now()`. */
  readonly startedAt: number;
  /** The path template, for metrics and logs: few, whatever is asked for. */
  route: string;
  user: User | undefined;
  /** Why it was refused; undefined when it was not. */
  reason: string | undefined;
  /** Headers that the answer gets whatever it is. */
  readonly headers: Map<string, string>;
}

/** What Hono hands to every handler. */
export interface HttpEnv {
  readonly Bindings: Partial<HttpBindings> & {
    /** Of a request that nobody sent: it is neither counted nor logged. */
    readonly isWarmUp?: boolean;
  };
  readonly Variables: { exchange: Exchange };
}
