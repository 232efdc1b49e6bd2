import type { HandlerContext } from "@connectrpc/connect";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import type { Callers } from "./callers.ts";
import { speakerOf } from "./domain/speaker.ts";
import type { ChatStore } from "./store/chat-store.ts";

/** Callers with access tokens: the subject is the key, and has a session whether or not one was made. */
export function platformCallers(store: Pick<ChatStore, "findSession">): Callers {
  const keyOf = (context: HandlerContext): string => grantOf(context).caller.actor;
  return {
    newSession: async (context) => ({ key: keyOf(context), sessionId: "" }),
    keyOf,
    speakerOf: async (context) => {
      const key = keyOf(context);
      return speakerOf(key, (await store.findSession(key))?.alias);
    },
  };
}
