import type { Participant } from "../../domain/chat.ts";
import { memberNotFound } from "../../domain/refusals.ts";
import { assertMayRead, assertMayRemove } from "../../domain/rules.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import type { ListPosition } from "../list-position.ts";
import { doorOf, lockChatRow } from "./chat-row.ts";
import { deleteMember } from "./participant-rows.ts";
import { listParticipants } from "./participants.ts";
import type { Tables } from "./tables.ts";

export async function listMembers(
  { db, shiftMs }: Tables,
  chatId: string,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<readonly Participant[]> {
  const of = { shiftMs: shiftMs(), chatId, key };
  const { door, participants } = await listParticipants(db, "members", of, after, limit);
  assertMayRead(door);
  return participants;
}

export async function removeMember(
  { db, shiftMs, changed }: Tables,
  chatId: string,
  key: string,
  memberId: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const chat = await lockChatRow(tx, shiftMs(), chatId, key);
    assertMayRemove(doorOf(chat), { isSelf: memberId === memberIdOf(key), isCreator: memberId === chat.owner_id });
    if (!(await deleteMember(tx, chat, memberId))) throw memberNotFound();
  });
  changed(chatId);
}
