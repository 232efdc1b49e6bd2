import { KEYS_MAX, REMEMBERED_MS } from "../../domain/limits.ts";
import { EXPIRED_MAX, expireSome } from "./end-chats.ts";
import { endIdleSessions } from "./end-idle-sessions.ts";
import type { Tables } from "./tables.ts";

/** Rows that one statement deletes, or little more: short locks, and room for others in between. */
const BATCH_ROWS = 5_000;

/** Chats that one statement deletes. */
const BATCH_CHATS = 200;

/** What a chat that is over has in the two tables that may hold more of it than one statement deletes. */
const LARGE_ROWS = "least(last_sequence, history_size) + numbers_taken";

/**
 * Ends what expired and deletes what is over, in as many short steps as it takes. Several processes may sweep at once: none waits
 * for a row that another one deletes.
 */
export async function sweep(tables: Tables): Promise<void> {
  await repeat(EXPIRED_MAX, () => expireSome(tables));
  await repeat(1, () => shrinkEndedChat(tables));
  await repeat(1, () => deleteEndedChats(tables));
  await repeat(BATCH_ROWS, () => forget(tables, "expired_chats", "expired_at"));
  await repeat(BATCH_ROWS, () => forget(tables, "answers", "sent_at"));
  // Last: each is a transaction of its own, and none of the above should wait for a thousand of them.
  await endIdleSessions(tables);
}

/** Does a step again for as long as it finds `full` or more to do. */
async function repeat(full: number, step: () => Promise<number>): Promise<void> {
  let found = full;
  while (found >= full) found = await step();
}

/**
 * Deletes the newest messages and numbers of a chat that is over and has many; 1, or 0 when there is none. Its row says what is
 * left, so the next step goes on from there, in whatever process.
 */
async function shrinkEndedChat({ db }: Tables): Promise<number> {
  const { rowCount } = await db.query(
    "shrink_ended_chat",
    `with large as materialized (
       select chat_no, last_sequence, numbers_taken
         from chats
        where chat_id is null and ${LARGE_ROWS} > ${BATCH_ROWS}
        limit 1
          for update skip locked
     ), messages_gone as (
       delete from messages m
        using large
        where m.chat_no = large.chat_no
          and m.sequence > large.last_sequence - ${BATCH_ROWS} and m.sequence <= large.last_sequence
     ), numbers_gone as (
       delete from numbers n
        using large
        where n.chat_no = large.chat_no
          and n.number > large.numbers_taken - ${BATCH_ROWS} and n.number <= large.numbers_taken
     )
     update chats c
        set last_sequence = greatest(c.last_sequence - ${BATCH_ROWS}, 0),
            history_size = greatest(c.history_size - ${BATCH_ROWS}, 1),
            numbers_taken = greatest(c.numbers_taken - ${BATCH_ROWS}, 0)
       from large
      where c.chat_no = large.chat_no`,
  );
  return rowCount;
}

/** Deletes chats that are over, with all that is left of them; how many. */
async function deleteEndedChats({ db }: Tables): Promise<number> {
  const { rowCount } = await db.query(
    "delete_ended_chats",
    `with ended as materialized (
       select chat_no, ${LARGE_ROWS} + least(keys_taken, ${KEYS_MAX}) as rows
         from chats
        where chat_id is null and ${LARGE_ROWS} <= ${BATCH_ROWS}
        order by chat_no
        limit ${BATCH_CHATS}
          for update skip locked
     ), counted as (
       select chat_no,
              sum(rows + (select count(*) from members m where m.chat_no = ended.chat_no)
                       + (select count(*) from join_requests j where j.chat_no = ended.chat_no))
                over (order by chat_no rows between unbounded preceding and 1 preceding) as rows_before
         from ended
     )
     delete from chats
      where chat_no in (select chat_no from counted where coalesce(rows_before, 0) < ${BATCH_ROWS})`,
  );
  return rowCount;
}

/** Forgets what has been remembered long enough; how many rows, a batch at the most. */
async function forget(
  { db, shiftMs }: Tables,
  table: "expired_chats" | "answers",
  since: "expired_at" | "sent_at",
): Promise<number> {
  const { rowCount } = await db.query(
    `forget_${table}`,
    `delete from ${table}
      where ctid = any (array(
              select ctid
                from ${table}
               where ${since} <= (select now_ms($1) - $2::bigint * interval '1 ms')
               limit ${BATCH_ROWS}
                 for update skip locked))`,
    [shiftMs(), REMEMBERED_MS],
  );
  return rowCount;
}
