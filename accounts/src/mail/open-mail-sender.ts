import { folderSender } from "./folder-sender.ts";
import type { MailSender } from "./mail-sender.ts";
import { smtpSender } from "./smtp-sender.ts";

export interface MailOptions {
  /** Undefined for the folder. */
  readonly smtpUrl: string | undefined;
  readonly folder: string;
  /** Who writes: an address, or `Name <address>`. */
  readonly from: string;
}

/** The sender that the configuration asks for. */
export function openMailSender({ smtpUrl, folder, from }: MailOptions): MailSender {
  return smtpUrl === undefined ? folderSender({ folder, from }) : smtpSender({ url: smtpUrl, from });
}
