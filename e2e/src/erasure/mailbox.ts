import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const WAIT_MS_MAX = 20_000;
const POLL_MS = 100;

/**
 * Waits for a mail to an address in the folder where mails are laid.
 *
 * @returns the token in its link. @throws {Error} when none came within 20 s.
 */
export async function tokenMailedTo(folder: string, address: string, subject: string): Promise<string> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    for (const mail of await mailsIn(folder)) {
      if (!mail.includes(`\nTo: ${address}\n`) || !mail.includes(`\nSubject: ${subject}\n`)) continue;
      const token = /#token=(\S+)/.exec(mail)?.[1];
      if (token !== undefined) return token;
    }
    if (Date.now() > deadline) throw new Error(`no mail "${subject}" to ${address} after ${WAIT_MS_MAX / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The newest first. */
async function mailsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const mails = names.filter((name) => name.endsWith(".eml")).toSorted();
  return Promise.all(mails.toReversed().map((name) => readFile(join(folder, name), "utf8")));
}
