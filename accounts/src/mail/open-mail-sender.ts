import { folderSender } from "./folder-sender.ts";
import type { MailSender, Writer } from "./mail-sender.ts";
import { smtpSender } from "./smtp-sender.ts";

export interface MailOptions extends Writer {
  /** Undefined for the folder. */
  readonly smtpUrl: string | undefined;
  readonly folder: string;
}

/** The sender that the configuration asks for. */
export function openMailSender({ smtpUrl, folder, ...writer }: MailOptions): MailSender {
  return smtpUrl === undefined ? folderSender({ folder, ...writer }) : smtpSender({ url: smtpUrl, ...writer });
}
