import type { Participant } from "../../domain/chat.ts";
import { memberNotFound } from "../../domain/refusals.ts";
import { assertMayRead, assertMayRemove } from "../../domain/rules.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import { positionOf, type ListPosition } from "../list-position.ts";
import { pageOf } from "./lists.ts";
import type { Memory } from "./memory.ts";
import { participantOf } from "./stored-chat.ts";

export function listMembers(
  memory: Memory,
  chatId: string,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Participant[] {
  const chat = memory.get(chatId);
  assertMayRead(chat.seenBy(key));
  return pageOf([...chat.members].map(participantOf), positionOf, after, limit);
}

export function removeMember(memory: Memory, chatId: string, key: string, memberId: string): void {
  const chat = memory.get(chatId);
  const whom = { isSelf: memberId === memberIdOf(key), isCreator: memberId === chat.owner.memberId };
  assertMayRemove(chat.seenBy(key), whom);
  const member = chat.members.get(memberId);
  if (!member) throw memberNotFound();
  memory.putOut(chat, memberId, member);
}
