import type { HandlerContext } from "@connectrpc/connect";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import type { Callers } from "./callers.ts";
import { speakerGone } from "./domain/refusals.ts";
import { speakerOf } from "./domain/speaker.ts";

/** What is known of a subject: their alias, and whether their account is being deleted, or was. */
export interface KnownSubject {
  readonly alias: string | undefined;
  readonly isGone: boolean;
}

/** Callers with access tokens: the subject is the key, and has a session whether or not one was made. */
export function platformCallers(find: (subject: string) => Promise<KnownSubject>): Callers {
  const keyOf = (context: HandlerContext): string => grantOf(context).caller.actor;
  const speaker: Callers["speakerOf"] = async (context) => {
    const key = keyOf(context);
    const { alias, isGone } = await find(key);
    if (isGone) throw speakerGone();
    return speakerOf(key, alias);
  };
  return {
    newSession: async (context) => ({ key: (await speaker(context)).key, sessionId: "" }),
    keyOf,
    speakerOf: speaker,
  };
}
