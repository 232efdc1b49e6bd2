import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Database, Session } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";

const CHANNEL = "chats_changed";

/** How long changes are gathered: one NOTIFY for all of them. */
const GATHER_MS = 5;

/** The ids that fit into one payload beside its sender's: 8,000 bytes are too many for Postgres. */
const PAYLOAD_CHATS = 200;

/** Tells other processes which chats changed. */
export interface Announcer extends AsyncDisposable {
  announce(chatId: string): void;
}

/**
 * Not in the transaction of the change, because all commits that notify wait for one another. What is lost with this process
 * is found by those who watch.
 *
 * @param sender tells this process from others.
 */
export function createAnnouncer(db: Database, sender: string, log: Logger): Announcer {
  let gathered = new Set<string>();
  let sending: Promise<void> | undefined;
  // Not within the request whose change happens to be the first.
  const outside = AsyncLocalStorage.snapshot();

  const send = async (): Promise<void> => {
    while (gathered.size > 0) {
      await delay(GATHER_MS);
      const chatIds = [...gathered];
      gathered = new Set();
      await notify(db, sender, chatIds).catch((error: unknown) => log.warn("changes were not announced", { error }));
    }
    sending = undefined;
  };

  return {
    announce(chatId) {
      gathered.add(chatId);
      sending ??= outside(send);
    },
    [Symbol.asyncDispose]: async () => sending,
  };
}

/** Calls `onChange` for each chat that another process announces, for as long as the session lasts. */
export async function hearChanges(session: Session, sender: string, onChange: (chatId: string) => void): Promise<void> {
  await session.listen(CHANNEL, (payload) => {
    const [from, ...chatIds] = payload.split(" ");
    if (from !== sender) for (const chatId of chatIds) onChange(chatId);
  });
}

async function notify(db: Database, sender: string, chatIds: readonly string[]): Promise<void> {
  const payloads: string[] = [];
  for (let start = 0; start < chatIds.length; start += PAYLOAD_CHATS) {
    payloads.push([sender, ...chatIds.slice(start, start + PAYLOAD_CHATS)].join(" "));
  }
  await db.query(
    "announce_changes",
    // Nobody waits for the disk on account of this.
    `select pg_notify('${CHANNEL}', payload)
       from unnest($1::text[]) as payload, set_config('synchronous_commit', 'off', true)`,
    [payloads],
  );
}
