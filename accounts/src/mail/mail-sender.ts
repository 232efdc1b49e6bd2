/** A mail as it goes out. */
export interface Mail {
  /** The same for every try, so that who gets it twice can tell: its `Message-ID` is made of it. */
  readonly mailId: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines ended by `\n`. */
  readonly text: string;
}

/** Sends mails. Two adapters: a folder, in which each becomes a file, and SMTP. */
export interface MailSender extends AsyncDisposable {
  /** Resolves when the mail is out of our hands. @throws {Error} when it is not; it may be on its way all the same. */
  send(mail: Mail): Promise<void>;
}

/** The domain that `Message-ID`s are made in: that of the sender. */
export function messageId(mailId: string, from: string): string {
  const [domain = "localhost"] = /[^@<>\s]+(?=>?\s*$)/.exec(from) ?? [];
  return `<${mailId}@${domain}>`;
}
