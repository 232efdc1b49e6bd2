import { newSecret, hashOf } from "../domain/secret.ts";
import type { User } from "../domain/user.ts";
import type { MailSender } from "../mail/mail-sender.ts";
import { isNotice, linkOf, writeLetter, writeNotice, type Letter } from "../mail/templates.ts";
import { findHolder } from "../store/email-ledger.ts";
import type { LinkKind, MailKind, QueuedMail } from "../store/mail-queue.ts";
import { insertMailToken, type TokenPurpose } from "../store/mail-token-repository.ts";
import { isRefusedFor } from "../domain/refusal.ts";
import { currentUser } from "./current-user.ts";
import type { Parts } from "./parts.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** What the token of each mail is good for, and how long. */
const TOKENS = {
  choose_password: { purpose: "password", livesMs: DAY_MS },
  reset_password: { purpose: "password", livesMs: 30 * MINUTE_MS },
  verify_email: { purpose: "verify", livesMs: DAY_MS },
  change_email: { purpose: "change", livesMs: DAY_MS },
} as const satisfies Record<LinkKind, { purpose: TokenPurpose; livesMs: number }>;

/** How mails are written and sent. */
export interface Post {
  readonly sender: MailSender;
  /** Where the links lead: `https://animals.example`. */
  readonly publicOrigin: string;
}

/**
 * Writes a mail and sends it. A token is made here and stands nowhere but in the mail; a second try makes another.
 *
 * @returns whether there was somebody to write to.
 */
export async function sendMail(parts: Parts, { sender, publicOrigin }: Post, mail: QueuedMail): Promise<boolean> {
  const user = await recipientOf(parts, mail);
  if (!user) return false;
  const letter = await letterTo(user, mail, publicOrigin, parts);
  if (!letter) return false;
  await sender.send({ mailId: mail.mailId, userId: user.userId, to: mail.email, ...letter });
  return true;
}

/** Undefined when the mail was withdrawn meanwhile. */
async function letterTo(user: User, mail: QueuedMail, publicOrigin: string, parts: Parts): Promise<Letter | undefined> {
  const { kind } = mail;
  const reader = { locale: user.locale, displayName: isForReader(mail, user) ? user.displayName : "" };
  if (isNotice(kind)) return writeNotice({ kind, ...reader });
  const token = await keepToken(parts, mail, kind, user.userId);
  return token === undefined ? undefined : writeLetter({ kind, link: linkOf(publicOrigin, kind, token), ...reader });
}

/** @returns the token; undefined when the mail was withdrawn meanwhile. */
async function keepToken(
  { db }: Parts,
  { mailId, email }: QueuedMail,
  kind: LinkKind,
  userId: string,
): Promise<string | undefined> {
  const { purpose, livesMs } = TOKENS[kind];
  const token = newSecret();
  const expiresAt = new Date(Date.now() + livesMs);
  const kept = await insertMailToken(db, mailId, { tokenHash: hashOf(token), purpose, userId, email, expiresAt });
  return kept ? token : undefined;
}

/** What goes to an address that is not the user's, or not any more. */
const ELSEWHERE: readonly MailKind[] = ["change_email", "email_changed"];

/** An address that nobody proved may be somebody else's: they are sent no words of a stranger's choice, but an admin's. */
function isForReader({ kind }: QueuedMail, { emailVerified }: User): boolean {
  return kind === "choose_password" || (emailVerified && !ELSEWHERE.includes(kind));
}

/** Undefined when nobody active has the address, or the user has another one by now. */
async function recipientOf(parts: Parts, { kind, userId, email }: QueuedMail): Promise<User | undefined> {
  const id = userId ?? (await userIdOf(parts, email));
  const user = id === undefined ? undefined : await userIfKnown(parts, id);
  if (user?.state !== "active") return undefined;
  return ELSEWHERE.includes(kind) || user.email === email ? user : undefined;
}

/** Somebody without a profile is looked up at the provider. */
async function userIdOf({ db, directory }: Parts, email: string): Promise<string | undefined> {
  const holder = await findHolder(db, email);
  return holder?.userId ?? (await directory.findIdentityByEmail(email))?.userId;
}

async function userIfKnown(parts: Parts, userId: string): Promise<User | undefined> {
  return currentUser(parts, userId).catch((error: unknown) => {
    if (isRefusedFor(error, "USER_NOT_FOUND")) return undefined;
    throw error;
  });
}
