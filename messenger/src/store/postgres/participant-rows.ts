import type { Transaction } from "@animal-delivery/platform/db/database";
import type { ParticipantRow } from "./participants.ts";

/** The chat whose participants change; the caller has locked it. */
interface LockedChat {
  readonly chat_no: string;
  readonly chat_id: string;
}

export async function countParticipants(
  tx: Transaction,
  table: "members" | "join_requests",
  { chat_no }: LockedChat,
): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `count_${table}`,
    `select count(*)::int as count from ${table} where chat_no = $1`,
    [chat_no],
  );
  return rows[0]?.count ?? 0;
}

export async function findJoinRequest(
  tx: Transaction,
  { chat_no }: LockedChat,
  memberId: string,
): Promise<ParticipantRow | undefined> {
  const { rows } = await tx.query<ParticipantRow>(
    "find_join_request",
    "select member_id, alias, asked_at as since from join_requests where chat_no = $1 and member_id = $2",
    [chat_no, memberId],
  );
  return rows[0];
}

export async function insertJoinRequest(
  tx: Transaction,
  shiftMs: number,
  { chat_no }: LockedChat,
  { memberId, alias }: { readonly memberId: string; readonly alias: string },
): Promise<ParticipantRow> {
  const { rows } = await tx.query<ParticipantRow>(
    "insert_join_request",
    `insert into join_requests (chat_no, member_id, alias, asked_at)
     values ($2, $3, $4, now_ms($1))
     returning member_id, alias, asked_at as since`,
    [shiftMs, chat_no, memberId, alias],
  );
  const [row] = rows;
  if (!row) throw new Error("an insert answered no row");
  return row;
}

/** Undefined when there was none. */
export async function deleteJoinRequest(
  tx: Transaction,
  { chat_no }: LockedChat,
  memberId: string,
): Promise<{ memberId: string; alias: string } | undefined> {
  const { rows } = await tx.query<{ alias: string }>(
    "delete_join_request",
    "delete from join_requests where chat_no = $1 and member_id = $2 returning alias",
    [chat_no, memberId],
  );
  return rows[0] && { memberId, alias: rows[0].alias };
}

export async function insertMember(
  tx: Transaction,
  shiftMs: number,
  { chat_no, chat_id }: LockedChat,
  { memberId, alias }: { readonly memberId: string; readonly alias: string },
): Promise<void> {
  await tx.query(
    "insert_member",
    `insert into members (chat_no, member_id, chat_id, alias, joined_at)
     values ($2, $3, $4, $5, now_ms($1))`,
    [shiftMs, chat_no, memberId, chat_id, alias],
  );
}

/** Puts a member out, and has those who follow the chat looked at again; whether there was one. */
export async function deleteMember(
  tx: Transaction,
  { chat_no }: Pick<LockedChat, "chat_no">,
  memberId: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    "delete_member",
    `with gone as (
       delete from members where chat_no = $1 and member_id = $2 returning chat_no
     )
     update chats c
        set access_version = access_version + 1
       from gone
      where c.chat_no = gone.chat_no`,
    [chat_no, memberId],
  );
  return rowCount === 1;
}
