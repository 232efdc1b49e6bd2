import type { Participant } from "../../domain/chat.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import { comparePositions, positionOf, type ListPosition } from "../list-position.ts";
import { mendedLater } from "./away.ts";
import { keysOfChat } from "./keys.ts";
import type { Parts } from "./parts.ts";
import { participantOf, type Row } from "./rows.ts";

/** Members, or those who wait, whoever came first first. */
export async function listPeople(
  { call }: Parts,
  list: "listMembers" | "listJoinRequests",
  chatId: string,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<readonly Participant[]> {
  const rows = await call(list, keysOfChat(chatId), memberIdOf(key), after?.at ?? "-inf", limit);
  const people = (rows as readonly Row[]).map(participantOf);
  // Those of the position's own time came along, from the first of them on.
  return people.filter((each) => !after || comparePositions(positionOf(each), after) > 0).slice(0, limit);
}

export async function removeMember(
  { call, hints }: Parts,
  chatId: string,
  key: string,
  memberId: string,
): Promise<void> {
  const [since] = await call("removeMember", keysOfChat(chatId), memberIdOf(key), memberId);
  await mendedLater(hints.drop(memberId, "chats", chatId, Number(since) + 1));
}
