import type { Message } from "../../domain/message.ts";
import { KEYS_MAX, REMEMBERED_MS } from "../../domain/limits.ts";
import { keyReused, speakerGone } from "../../domain/refusals.ts";
import { assertMayWrite } from "../../domain/rules.ts";
import type { Speaker } from "../../domain/speaker.ts";
import type { Draft } from "../../domain/message.ts";
import { doorOf, refuseGone, type DoorRow } from "./chat-row.ts";
import { messageOf, type MessageRow } from "./message-row.ts";
import type { Tables } from "./tables.ts";

/** A draft and whose it is. */
export interface Said extends Draft {
  readonly speaker: Speaker;
}

/** The message, or the refusal thrown. */
type Outcome = () => Message;

type AppendedRow = (DoorRow | (Omit<DoorRow, "standing"> & { standing: "gone" })) &
  ((Omit<MessageRow, "author_id" | "text"> & { text: string | null }) | { sequence: null });

/**
 * Writes drafts to one chat, in their order, in one step; what becomes of each is its own outcome.
 *
 * @throws {DomainError} as every function that takes a chat's id; nothing is written then.
 */
export async function appendMessages(tables: Tables, chatId: string, drafts: readonly Said[]): Promise<Outcome[]> {
  const { db, shiftMs, changed } = tables;
  const { rows } = await db.query<AppendedRow>(
    "append_messages",
    "select * from append_messages($2, $1, $3, $4, $5, $6, $7, $8)",
    [
      shiftMs(),
      chatId,
      KEYS_MAX,
      REMEMBERED_MS,
      drafts.map(({ speaker }) => speaker.memberId),
      drafts.map(({ speaker }) => speaker.alias ?? null),
      drafts.map(({ text }) => text),
      drafts.map(({ idempotencyKey }) => idempotencyKey ?? null),
    ],
  );
  if (rows.length === 0) {
    await refuseGone(db, shiftMs(), chatId);
    return appendMessages(tables, chatId, drafts);
  }
  if (rows.some((row) => row.sequence !== null)) changed(chatId);
  return drafts.map((draft, index) => () => outcomeOf(draft, rows[index]));
}

function outcomeOf({ speaker, text }: Said, row: AppendedRow | undefined): Message {
  if (row?.standing === "gone") throw speakerGone();
  if (row) assertMayWrite(doorOf(row));
  if (!row || row.sequence === null) throw new Error("a draft that may be written was not");
  if (row.text === null) throw keyReused();
  return messageOf({ ...row, text, author_id: speaker.memberId });
}
