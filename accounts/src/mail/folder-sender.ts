import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageId, type MailSender, type Writer } from "./mail-sender.ts";

/** Says whose a mail is, so that it goes with them. */
const USER_HEADER = "X-User-Id";

/**
 * Lays each mail into a folder, as `<mail id>.eml` with the headers a mail has: for development, and for whoever sends mails
 * from files. The ids are UUIDv7, so names sort by time. A file is whole when it is there.
 */
export function folderSender({ folder, from, replyTo }: Writer & { readonly folder: string }): MailSender {
  return {
    async send({ mailId, userId, to, subject, text }) {
      const headers = {
        From: from,
        "Reply-To": replyTo,
        To: to,
        Subject: subject,
        Date: new Date().toUTCString(),
        "Message-ID": messageId(mailId, from),
        [USER_HEADER]: userId,
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
    async forget(userId) {
      const isTheirs = async (path: string) =>
        headOf(await readFile(path, "utf8")).includes(`\n${USER_HEADER}: ${userId}\n`);
      await removeMails(folder, isTheirs);
    },
    purge: (before) => removeMails(folder, async (path) => (await stat(path)).mtime < before),
    async [Symbol.asyncDispose]() {
      // Nothing is open between two mails.
    },
  };
}

/** Removes the chosen mails of a folder, also those that a crash left unfinished; answers how many. */
async function removeMails(folder: string, isChosen: (path: string) => Promise<boolean>): Promise<number> {
  const names = await unlessMissing(readdir(folder), []);
  let removed = 0;
  for (const name of names.filter((each) => /\.(eml|part)$/.test(each))) {
    const path = join(folder, name);
    // Whoever takes mails from here to send them may be quicker.
    if (!(await unlessMissing(isChosen(path), false))) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

async function unlessMissing<T>(work: Promise<T>, instead: T): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return instead;
    throw error;
  });
}

function headOf(mail: string): string {
  return mail.slice(0, mail.indexOf("\n\n") + 1);
}
