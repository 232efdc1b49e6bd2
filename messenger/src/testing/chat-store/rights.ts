import type { Standing } from "../../domain/chat.ts";
import type { Speaker } from "../../domain/speaker.ts";
import { CALLS } from "./calls.ts";
import type { Crowd, Kind } from "./crowd.ts";
import type { CallerStore } from "./under-test.ts";

type Act = (store: CallerStore, crowd: Crowd, by: Speaker) => Promise<unknown>;

/** A function, and what comes of it in a public chat for creator and stranger, in a private one for all four. */
export type Right = readonly [string, Act, readonly string[], readonly string[]];

/** One function for one standing in one kind of chat. */
export interface RightCase extends Kind {
  readonly function: string;
  readonly chat: string;
  readonly standing: Standing;
  readonly outcome: string;
  readonly act: Act;
}

const ok = "done";
const no = "NOT_THE_CREATOR";
const out = "NOT_A_MEMBER";
const readOnly = "CHAT_READ_ONLY";
const open = "CHAT_PUBLIC";
const nobody = "MEMBER_NOT_FOUND";
const unasked = "JOIN_REQUEST_NOT_FOUND";
const inside = "ALREADY_A_MEMBER";
const stays = "CREATOR_STAYS";

const PUBLIC: readonly Standing[] = ["creator", "stranger"];
const PRIVATE: readonly Standing[] = ["creator", "member", "asker", "stranger"];

/** What each may do: in a public chat creator and stranger, in a private one creator, member, asker and stranger. */
const RIGHTS: readonly Right[] = [
  ["findChat", onChat("findChat"), [ok, ok], [ok, ok, ok, ok]],
  ["deleteChat", onChat("deleteChat"), [ok, no], [ok, no, out, out]],
  ["setTtl", onChat("setTtl"), [ok, no], [ok, no, out, out]],
  ["requestToJoin", onChat("requestToJoin"), [open, open], [inside, inside, ok, ok]],
  ["listJoinRequests", onChat("listJoinRequests"), [ok, no], [ok, no, out, out]],
  ["decideJoinRequest, to admit", decide("admit"), [unasked, no], [ok, no, out, out]],
  ["decideJoinRequest, to decline", decide("decline"), [unasked, no], [ok, no, out, out]],
  ["decideJoinRequest of nobody's", onChat("decideJoinRequest"), [unasked, no], [unasked, no, out, out]],
  ["listMembers", onChat("listMembers"), [ok, ok], [ok, ok, out, out]],
  ["removeMember of another", remove("another"), [nobody, no], [ok, no, out, out]],
  ["removeMember of the creator", remove("creator"), [stays, no], [stays, no, out, out]],
  ["removeMember of themselves", onChat("removeMember"), [stays, nobody], [stays, ok, out, out]],
  ["removeMember of an asker", remove("anotherAsker"), [nobody, no], [nobody, no, out, out]],
  ["appendMessage", onChat("appendMessage"), [ok, ok], [ok, ok, out, out]],
  ["listMessages", onChat("listMessages"), [ok, ok], [ok, ok, out, out]],
];

/** The same for what differs when the chat is read-only. */
const READ_ONLY_RIGHTS: Record<string, readonly [readonly string[], readonly string[]]> = {
  appendMessage: [
    [ok, readOnly],
    [ok, readOnly, out, out],
  ],
};

export function casesOf(rights: readonly Right[]): RightCase[] {
  return [false, true].flatMap((isReadOnly) =>
    rights.flatMap(([name, act, inPublic, inPrivate]) => {
      const [ofPublic, ofPrivate] = (isReadOnly ? READ_ONLY_RIGHTS[name] : undefined) ?? [inPublic, inPrivate];
      const caseOf = (isPrivate: boolean, outcomes: readonly string[]) => (standing: Standing, index: number) => {
        const chat = `${isReadOnly ? "read-only " : ""}${isPrivate ? "private" : "public"}`;
        const outcome = outcomes[index] ?? "";
        return { function: name, chat, isPrivate, isReadOnly, standing, outcome, act };
      };
      return [...PUBLIC.map(caseOf(false, ofPublic)), ...PRIVATE.map(caseOf(true, ofPrivate))];
    }),
  );
}

export const RIGHT_CASES: readonly RightCase[] = casesOf(RIGHTS);

function onChat(name: keyof typeof CALLS): Act {
  return async (store, { chatId }, by) => CALLS[name](store, chatId, by);
}

function decide(decision: "admit" | "decline"): Act {
  return async (store, { chatId, anotherAsker }, by) =>
    store.decideJoinRequest(chatId, by.key, anotherAsker.memberId, decision);
}

function remove(whom: "another" | "creator" | "anotherAsker"): Act {
  return async (store, crowd, by) => store.removeMember(crowd.chatId, by.key, crowd[whom].memberId);
}
