import type { HandlerContext } from "@connectrpc/connect";
import type { Speaker } from "./domain/speaker.ts";

/** Finds out who calls: by sessions where the messenger runs alone, by access tokens inside a platform. */
export interface Callers {
  /** Whose session CreateSession makes, and the credential it is known by; empty where the caller has one already. */
  readonly newSession: (context: HandlerContext) => Promise<{ readonly key: string; readonly sessionId: string }>;
  /** Who calls, without asking anybody. */
  readonly keyOf: (context: HandlerContext) => string;
  /** Who calls, with their alias. */
  readonly speakerOf: (context: HandlerContext) => Promise<Speaker>;
}
