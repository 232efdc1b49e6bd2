import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageId, type MailSender } from "./mail-sender.ts";

/**
 * Lays each mail into a folder, as `<mail id>.eml` with the headers a mail has: for development, and for whoever sends mails
 * from files. The ids are UUIDv7, so names sort by time. A file is whole when it is there.
 */
export function folderSender({ folder, from }: { readonly folder: string; readonly from: string }): MailSender {
  return {
    async send({ mailId, to, subject, text }) {
      const headers = {
        From: from,
        To: to,
        Subject: subject,
        Date: new Date().toUTCString(),
        "Message-ID": messageId(mailId, from),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
      };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replaceAll(/\p{Cc}/gu, " ")}`);
      await mkdir(folder, { recursive: true });
      // Mails hold links that let people in: they are for our own eyes.
      await writeFile(join(folder, `.${mailId}.part`), `${lines.join("\n")}\n\n${text}`, { mode: 0o600 });
      await rename(join(folder, `.${mailId}.part`), join(folder, `${mailId}.eml`));
    },
    async [Symbol.asyncDispose]() {
      // Nothing is open between two mails.
    },
  };
}
