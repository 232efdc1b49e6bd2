import { describe, expect, it } from "vitest";
import type { Standing } from "../../domain/chat.ts";
import type { Speaker } from "../../domain/speaker.ts";
import type { ChatStore } from "../../store/chat-store.ts";
import type { StoreUnderTest } from "../chat-store-contract.ts";
import { CALLS } from "./calls.ts";
import { outcomeOf } from "./outcome.ts";
import { givenAsker, givenChat, givenMember, named, textsOf } from "./people.ts";

/** A chat with one of each standing, and another member and another asker to do something about. */
interface Crowd extends Record<Standing, Speaker> {
  readonly chatId: string;
  readonly another: Speaker;
  readonly anotherAsker: Speaker;
}
type Act = (store: ChatStore, crowd: Crowd, by: Speaker) => Promise<unknown>;

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
const RIGHTS: readonly [string, Act, readonly string[], readonly string[]][] = [
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
  ["readTail", onChat("readTail"), [ok, ok], [ok, ok, ok, ok]],
];

/** The same for what differs when the chat is read-only. */
const READ_ONLY_RIGHTS: Record<string, readonly [readonly string[], readonly string[]]> = {
  appendMessage: [
    [ok, readOnly],
    [ok, readOnly, out, out],
  ],
};

interface Case {
  readonly function: string;
  readonly chat: string;
  readonly isPrivate: boolean;
  readonly isReadOnly: boolean;
  readonly standing: Standing;
  readonly outcome: string;
  readonly act: Act;
}

const CASES: readonly Case[] = [false, true].flatMap((isReadOnly) =>
  RIGHTS.flatMap(([name, act, inPublic, inPrivate]) => {
    const [ofPublic, ofPrivate] = (isReadOnly ? READ_ONLY_RIGHTS[name] : undefined) ?? [inPublic, inPrivate];
    const caseOf = (isPrivate: boolean, outcomes: readonly string[]) => (standing: Standing, index: number) => {
      const chat = `${isReadOnly ? "read-only " : ""}${isPrivate ? "private" : "public"}`;
      const outcome = outcomes[index] ?? "";
      return { function: name, chat, isPrivate, isReadOnly, standing, outcome, act };
    };
    return [...PUBLIC.map(caseOf(false, ofPublic)), ...PRIVATE.map(caseOf(true, ofPrivate))];
  }),
);

/** Who may do what in which chat. */
export function accessContract(at: () => StoreUnderTest): void {
  describe("the rules of a chat", () => {
    it.each(CASES)("answer $function of the $standing of a $chat chat: $outcome", async (each) => {
      const crowd = await givenCrowd(at().store, each);
      const { chatId, creator } = crowd;
      const before = await stateOf(at().store, chatId, creator);

      expect(await outcomeOf(each.act(at().store, crowd, crowd[each.standing]))).toBe(each.outcome);

      const after = each.outcome === ok ? before : await stateOf(at().store, chatId, creator);
      expect(after).toEqual(before);
    });
  });
}

async function givenCrowd(store: ChatStore, { isPrivate, isReadOnly }: Case): Promise<Crowd> {
  const chat = await givenChat(store, { isPrivate, isReadOnly });
  const [member, another] = [named("Boris"), named("Clara")];
  const [asker, anotherAsker] = [named("Dora"), named("Emil")];
  if (isPrivate) {
    for (const each of [member, another]) await givenMember(store, chat, each);
    for (const each of [asker, anotherAsker]) await givenAsker(store, chat, each);
  }
  return { ...chat, member, another, asker, anotherAsker, stranger: named("Fedor") };
}

/** Everything that the creator sees. */
async function stateOf(store: ChatStore, chatId: string, { key }: Speaker): Promise<unknown> {
  return [
    await store.findChat(chatId, key),
    await store.listMembers(chatId, key, undefined, 10),
    await store.listJoinRequests(chatId, key, undefined, 10),
    await textsOf(store, chatId),
    (await store.readTail(chatId, 0, 1)).accessVersion,
  ];
}

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
