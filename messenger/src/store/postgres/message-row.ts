import type { Message } from "../../domain/message.ts";

export interface MessageRow {
  sequence: string;
  text: string;
  /** Null, and the alias empty, for a message of the platform or an erased one. */
  author_id: string | null;
  author_alias: string;
  sent_at: Date;
}

export function messageOf(row: MessageRow): Message {
  return {
    sequence: Number(row.sequence),
    text: row.text,
    author: row.author_id === null ? undefined : { memberId: row.author_id, alias: row.author_alias },
    sentAt: row.sent_at,
  };
}
