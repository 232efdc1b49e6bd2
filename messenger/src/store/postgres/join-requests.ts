import type { Participant } from "../../domain/chat.ts";
import { JOIN_REQUESTS_MAX, MEMBERS_MAX } from "../../domain/limits.ts";
import { joinRequestNotFound, joinRequestsFull, membersFull } from "../../domain/refusals.ts";
import { assertIsCreator, assertMayAsk } from "../../domain/rules.ts";
import type { Speaker } from "../../domain/speaker.ts";
import type { ListPosition } from "../list-position.ts";
import { doorOf, lockChatRow } from "./chat-row.ts";
import { assertOpen } from "./closed-people.ts";
import { nameIn } from "./numbers.ts";
import {
  countParticipants,
  deleteJoinRequest,
  findJoinRequest,
  insertJoinRequest,
  insertMember,
} from "./participant-rows.ts";
import { listParticipants, participantOf } from "./participants.ts";
import type { Tables } from "./tables.ts";

export async function requestToJoin({ db, shiftMs }: Tables, chatId: string, speaker: Speaker): Promise<Participant> {
  return db.transaction(async (tx) => {
    await assertOpen(tx, speaker.memberId);
    const chat = await lockChatRow(tx, shiftMs(), chatId, speaker.key);
    assertMayAsk(doorOf(chat));
    const { memberId } = speaker;
    const asked = await findJoinRequest(tx, chat, memberId);
    if (asked) return participantOf(asked);
    if ((await countParticipants(tx, "join_requests", chat)) >= JOIN_REQUESTS_MAX) throw joinRequestsFull();
    const alias = await nameIn(tx, chat.chat_no, speaker);
    return participantOf(await insertJoinRequest(tx, shiftMs(), chat, { memberId, alias }));
  });
}

export async function listJoinRequests(
  { db, shiftMs }: Tables,
  chatId: string,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<readonly Participant[]> {
  const of = { shiftMs: shiftMs(), chatId, key };
  const { door, participants } = await listParticipants(db, "join_requests", of, after, limit);
  assertIsCreator(door);
  return participants;
}

export async function decideJoinRequest(
  { db, shiftMs }: Tables,
  chatId: string,
  key: string,
  memberId: string,
  decision: "admit" | "decline",
): Promise<void> {
  await db.transaction(async (tx) => {
    const chat = await lockChatRow(tx, shiftMs(), chatId, key);
    assertIsCreator(doorOf(chat));
    const asked = await deleteJoinRequest(tx, chat, memberId);
    if (!asked) throw joinRequestNotFound();
    if (decision === "decline") return;
    if ((await countParticipants(tx, "members", chat)) >= MEMBERS_MAX) throw membersFull();
    await insertMember(tx, shiftMs(), chat, asked);
  });
}
