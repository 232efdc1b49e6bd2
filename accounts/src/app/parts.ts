import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import type { UserDirectory } from "../directory/user-directory.ts";
import type { MailSender } from "../mail/mail-sender.ts";
import type { AccountObserver } from "../observe-accounts.ts";

/** What the use cases work with. */
export interface Parts {
  readonly db: Database;
  readonly directory: UserDirectory;
  readonly deniedSessions: Pick<DeniedSessions, "deny">;
  readonly mail: Pick<MailSender, "forget" | "purge">;
  readonly log: Logger;
  readonly observer: AccountObserver;
}
