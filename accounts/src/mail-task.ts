import { backoffMs } from "@animal-delivery/platform/backoff";
import type { Task } from "@animal-delivery/platform/service/service";
import { Counter } from "prom-client";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Parts } from "./app/parts.ts";
import { sendMail, type Post } from "./app/send-mail.ts";
import { mailWake } from "./mail/mail-wake.ts";
import { deleteMail, putMailOff, takeMail, type QueuedMail } from "./store/mail-queue.ts";

/** Mails that another process queued are found so soon. */
const POLL_MS = 1_000;

/** Nobody else takes a mail that is being sent; after a crash it comes again. */
const LEASE_MS = 60_000;

/** A mail that could not be sent for so long is of no more use. */
const KEPT_MS = 86_400_000;

const RETRY = { firstMs: 5_000, maxMs: 30 * 60_000 };

/** Sends the mails that wait, each by one process at a time, and again with growing pauses for a day. */
export function mailTask(parts: Parts, post: Post, { log, meters }: Pick<Telemetry, "log" | "meters">): Task {
  const outcomes = new Counter({
    name: "accounts_mails_total",
    help: "Mails by what became of them",
    labelNames: ["kind", "outcome"],
    registers: [meters.registry],
  });

  const handle = async (mail: QueuedMail): Promise<void> => {
    const facts = { mail_id: mail.mailId, kind: mail.kind, attempts: mail.attempts + 1 };
    const tell = (outcome: string): void => outcomes.inc({ kind: mail.kind, outcome });
    try {
      tell((await sendMail(parts, post, mail)) ? "sent" : "nobody");
      await deleteMail(parts.db, mail.mailId);
    } catch (error) {
      const isLast = Date.now() - mail.createdAt.getTime() > KEPT_MS;
      tell(isLast ? "dropped" : "failed");
      log[isLast ? "error" : "warn"](isLast ? "mail dropped" : "mail not sent, it tries again", { ...facts, error });
      if (isLast) await deleteMail(parts.db, mail.mailId);
      else await putMailOff(parts.db, mail.mailId, new Date(Date.now() + backoffMs(RETRY, mail.attempts + 1)));
    }
  };

  return {
    name: "send mails",
    async run(stop) {
      const wake = mailWake(parts.db);
      while (!stop.aborted) {
        const mark = wake.since();
        const mail = await takeMail(parts.db, new Date(), new Date(Date.now() + LEASE_MS));
        if (mail) await handle(mail);
        else await wake.sleep(mark, POLL_MS, stop);
      }
    },
  };
}
