import type { Transaction } from "@animal-delivery/platform/db/database";
import { anonymousName, type Speaker } from "../../domain/speaker.ts";

/** The speaker's name in a chat, with the chat's next number for whoever has no alias. The caller has locked the chat. */
export async function nameIn(tx: Transaction, chatNo: string, { memberId, alias }: Speaker): Promise<string> {
  if (alias !== undefined) return alias;
  const { rows } = await tx.query<{ number: number }>(
    "take_number",
    `with known as (
       select number from numbers where chat_no = $1 and member_id = $2
     ), taken as (
       update chats
          set numbers_taken = numbers_taken + 1
        where chat_no = $1 and not exists (select from known)
       returning numbers_taken as number
     ), kept as (
       insert into numbers (chat_no, number, member_id) select $1, number, $2 from taken
     )
     select number from known union all select number from taken`,
    [chatNo, memberId],
  );
  const [row] = rows;
  if (!row) throw new Error("the chat whose number was asked for is not there");
  return anonymousName(row.number);
}
