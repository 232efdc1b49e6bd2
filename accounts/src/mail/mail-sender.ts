/** A mail as it goes out. */
export interface Mail {
  /** The same for every try, so that who gets it twice can tell: its `Message-ID` is made of it. */
  readonly mailId: string;
  /** Whose it is, for who keeps mails; nobody reads it in the mail. */
  readonly userId: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines ended by `\n`. */
  readonly text: string;
}

/** What every mail says of who sends it, each an address, or `Name <address>`. */
export interface Writer {
  readonly from: string;
  readonly replyTo: string;
}

/** Sends mails. Two adapters: a folder, in which each becomes a file, and SMTP. */
export interface MailSender extends AsyncDisposable {
  /** Resolves when the mail is out of our hands. @throws {Error} when it is not; it may be on its way all the same. */
  send(mail: Mail): Promise<void>;
  /** Lets go of every mail to a user that it still keeps. */
  forget(userId: string): Promise<void>;
  /** Lets go of the mails from before a time that it still keeps; answers how many. */
  purge(before: Date): Promise<number>;
}

/** The domain that `Message-ID`s are made in: that of the sender. */
export function messageId(mailId: string, from: string): string {
  const [domain = "localhost"] = /[^@<>\s]+(?=>?\s*$)/.exec(from) ?? [];
  return `<${mailId}@${domain}>`;
}
