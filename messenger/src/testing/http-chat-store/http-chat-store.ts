import type { ChatStore } from "../../store/chat-store.ts";
import type { CallerStore } from "../chat-store/under-test.ts";
import { startFace } from "../start-face.ts";
import { Caller } from "./caller.ts";
import { httpChats } from "./chats.ts";
import { httpMessages } from "./messages.ts";
import { Pages } from "./pages.ts";
import { httpParticipants } from "./participants.ts";
import { httpSessions } from "./sessions.ts";

/**
 * A chat store as callers of the REST API have it: each function is a request to a face over `store`, served at a port of its own.
 * Time and what it sweeps are those of the store behind.
 *
 * @param creators shared by all faces of one store.
 */
export async function openHttpChatStore(store: ChatStore, creators = new Map<string, string>()): Promise<CallerStore> {
  const server = await startFace(store);
  const parts = { caller: new Caller(server.port), pages: new Pages(), creators };
  return {
    ...httpSessions(parts),
    ...httpChats(parts),
    ...httpParticipants(parts),
    ...httpMessages(parts),
    sweep: async () => store.sweep(),
    async [Symbol.asyncDispose]() {
      parts.caller[Symbol.dispose]();
      await server.close(0);
      await store[Symbol.asyncDispose]();
    },
  };
}
