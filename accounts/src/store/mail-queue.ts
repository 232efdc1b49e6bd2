import type { Queryable } from "@animal-delivery/platform/db/database";

/** Mails with a link that is good for something. */
export type LinkKind = "choose_password" | "reset_password" | "verify_email" | "change_email";

/** Mails that tell the owner of an account what was done to it, so that they notice what they did not do. */
export type NoticeKind = "password_changed" | "email_changed";

export type MailKind = LinkKind | NoticeKind;

/** A mail to be written and sent. */
export interface QueuedMail {
  readonly mailId: string;
  readonly kind: MailKind;
  /** Undefined for a reset: who has the address is looked up later, so that the time of the request does not tell. */
  readonly userId: string | undefined;
  /** Where it goes. */
  readonly email: string;
  readonly createdAt: Date;
  /** How often it was tried before. */
  readonly attempts: number;
}

export async function insertMail(db: Queryable, mail: Omit<QueuedMail, "attempts">): Promise<void> {
  await db.query(
    "insert_mail",
    `insert into mails (mail_id, kind, user_id, email, created_at, due_at)
     values ($1, $2, $3, $4, $5, $5)`,
    [mail.mailId, mail.kind, mail.userId, mail.email, mail.createdAt],
  );
}

/** Takes a mail that is due and keeps others off it until `again`; undefined when none is due. */
export async function takeMail(db: Queryable, now: Date, again: Date): Promise<QueuedMail | undefined> {
  const { rows } = await db.query<{
    mail_id: string;
    kind: MailKind;
    user_id: string | null;
    email: string;
    created_at: Date;
    attempts: number;
  }>(
    "take_mail",
    `update mails m
        set due_at = $2, attempts = m.attempts + 1
      where m.mail_id = (select mail_id
                           from mails
                          where due_at <= $1
                          order by due_at
                          limit 1
                            for update skip locked)
     returning m.mail_id, m.kind, m.user_id, m.email, m.created_at, m.attempts - 1 as attempts`,
    [now, again],
  );
  const row = rows[0];
  return (
    row && {
      mailId: row.mail_id,
      kind: row.kind,
      userId: row.user_id ?? undefined,
      email: row.email,
      createdAt: row.created_at,
      attempts: row.attempts,
    }
  );
}

/** Puts a mail off until `due`. */
export async function putMailOff(db: Queryable, mailId: string, due: Date): Promise<void> {
  await db.query("put_mail_off", "update mails set due_at = $2 where mail_id = $1", [mailId, due]);
}

/** Forgets a mail: it was sent, or is of no more use. */
export async function deleteMail(db: Queryable, mailId: string): Promise<void> {
  await db.query("delete_mail", "delete from mails where mail_id = $1", [mailId]);
}
