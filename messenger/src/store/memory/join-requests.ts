import type { Participant } from "../../domain/chat.ts";
import { JOIN_REQUESTS_MAX, MEMBERS_MAX } from "../../domain/limits.ts";
import { joinRequestNotFound, joinRequestsFull, membersFull } from "../../domain/refusals.ts";
import { assertIsCreator, assertMayAsk } from "../../domain/rules.ts";
import type { Speaker } from "../../domain/speaker.ts";
import { positionOf, type ListPosition } from "../list-position.ts";
import { pageOf } from "./lists.ts";
import type { Memory } from "./memory.ts";
import { participantOf } from "./stored-chat.ts";

export function requestToJoin(memory: Memory, chatId: string, speaker: Speaker): Participant {
  const chat = memory.get(chatId);
  assertMayAsk(chat.seenBy(speaker.key));
  const { memberId, key } = speaker;
  const there = chat.askers.get(memberId);
  if (there) return participantOf([memberId, there]);
  if (chat.askers.size >= JOIN_REQUESTS_MAX) throw joinRequestsFull();
  const asker = { key, alias: memory.weigh(chat, () => chat.nameOf(speaker)), since: memory.now() };
  memory.ask(chat, memberId, asker);
  return participantOf([memberId, asker]);
}

export function listJoinRequests(
  memory: Memory,
  chatId: string,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Participant[] {
  const chat = memory.get(chatId);
  assertIsCreator(chat.seenBy(key));
  return pageOf([...chat.askers].map(participantOf), positionOf, after, limit);
}

export function decideJoinRequest(
  memory: Memory,
  chatId: string,
  key: string,
  memberId: string,
  decision: "admit" | "decline",
): void {
  const chat = memory.get(chatId);
  assertIsCreator(chat.seenBy(key));
  const asker = chat.askers.get(memberId);
  if (!asker) throw joinRequestNotFound();
  if (decision === "admit" && chat.members.size >= MEMBERS_MAX) throw membersFull();
  memory.takeAway(chat, memberId, asker);
  if (decision === "admit") memory.join(chat, memberId, { ...asker, since: memory.now() });
}
