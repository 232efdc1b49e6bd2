import type { Queryable } from "@animal-delivery/platform/db/database";
import { LIVES } from "./chat-row.ts";

/** How each of these chats stands: another text whenever its watchers must know. */
export async function findMarks(
  db: Queryable,
  shiftMs: number,
  chatIds: readonly string[],
): Promise<Map<string, string>> {
  const marks = new Map(chatIds.map((chatId) => [chatId, "over"]));
  if (chatIds.length === 0) return marks;
  const { rows } = await db.query<{ chat_id: string; mark: string }>(
    "find_marks",
    `select c.chat_id, concat_ws(' ', c.chat_no, c.last_sequence, c.access_version, c.expires_at) as mark
       from chats c
      where c.chat_id = any ($2::uuid[]) and ${LIVES}`,
    [shiftMs, chatIds],
  );
  for (const row of rows) marks.set(row.chat_id, row.mark);
  return marks;
}
