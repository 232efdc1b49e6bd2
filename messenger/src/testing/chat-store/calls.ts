import type { Speaker } from "../../domain/speaker.ts";
import type { CallerStore } from "./under-test.ts";

type WithoutChat = "saveSession" | "findSession" | "deleteSession" | "createChat" | "listChats" | "sweep";
/** `watch`, which a caller's store has not, listens to chats that are not there, too. */
type OfChat = Exclude<keyof CallerStore, WithoutChat | typeof Symbol.asyncDispose>;
type Call = (store: CallerStore, chatId: string, caller: Speaker) => Promise<unknown>;

/** Every function that takes a chat and says so when there is none. */
export const CALLS: Record<OfChat, Call> = {
  findChat: async (store, chatId, { key }) => store.findChat(chatId, key),
  deleteChat: async (store, chatId, { key }) => store.deleteChat(chatId, key),
  setTtl: async (store, chatId, { key }) => store.setTtl(chatId, key, 60_000),
  requestToJoin: async (store, chatId, caller) => store.requestToJoin(chatId, caller),
  listJoinRequests: async (store, chatId, { key }) => store.listJoinRequests(chatId, key, undefined, 10),
  decideJoinRequest: async (store, chatId, { key, memberId }) =>
    store.decideJoinRequest(chatId, key, memberId, "admit"),
  listMembers: async (store, chatId, { key }) => store.listMembers(chatId, key, undefined, 10),
  removeMember: async (store, chatId, { key, memberId }) => store.removeMember(chatId, key, memberId),
  appendMessage: async (store, chatId, caller) =>
    store.appendMessage(chatId, caller, { text: "hello", idempotencyKey: undefined }),
  listMessages: async (store, chatId, { key }) => store.listMessages(chatId, key, undefined, 10),
  readTail: async (store, chatId) => store.readTail(chatId, 0, 10),
};
