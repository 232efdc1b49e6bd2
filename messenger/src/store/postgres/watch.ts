import { AsyncLocalStorage } from "node:async_hooks";
import { backoffMs } from "@animal-delivery/platform/backoff";
import type { Database, Session } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { pause } from "@animal-delivery/platform/pause";
import type { Watchers } from "../watchers.ts";
import { findMarks } from "./marks.ts";

/** How often the watched chats are looked at, for what no notification told. */
const POLL_MS = 1_000;

const BACKOFF = { firstMs: 100, maxMs: 2_000 };

/** Tells this process's watchers what other processes change. */
export interface Listener extends AsyncDisposable {
  /** Resolves when it listens; rejects when the attempt at that fails, and goes on trying. */
  listening(): Promise<void>;
}

interface Listening {
  readonly db: Database;
  readonly log: Logger;
  readonly watchers: Watchers;
  readonly shiftMs: () => number;
  /** Has a session hear what others announce. */
  readonly hear: (session: Session, tell: (chatId: string) => void) => Promise<void>;
}

/**
 * Listens on a connection of its own, from the first time that somebody wants it, and polls on the same, so that one that fell
 * silent is noticed. After each pause every watcher is told: something may have happened.
 */
export function createListener({ db, log, watchers, shiftMs, hear }: Listening): Listener {
  const stop = new AbortController();
  const outside = AsyncLocalStorage.snapshot();
  let attempt = newAttempt();
  let running: Promise<void> | undefined;

  const listen = async (session: Session, lost: AbortSignal): Promise<void> => {
    const end = AbortSignal.any([stop.signal, lost]);
    await hear(session, (chatId) => watchers.tell(chatId));
    attempt.resolve();
    for (const chatId of watchers.watched()) watchers.tell(chatId);
    await poll(session, watchers, shiftMs, end);
    lost.throwIfAborted();
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      const startedMs = performance.now();
      try {
        await db.withSession(listen);
      } catch (error) {
        log.warn("chats are not listened to, it tries again", { error });
        attempt.reject(error);
        attempt = newAttempt();
        // A connection that lasted was no failed attempt.
        failures = performance.now() - startedMs > POLL_MS ? 1 : failures + 1;
        await pause(backoffMs(BACKOFF, failures), stop.signal);
      }
    }
  };

  return {
    listening() {
      running ??= outside(run);
      return attempt.promise;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function newAttempt(): PromiseWithResolvers<void> {
  const attempt = Promise.withResolvers<void>();
  // Perhaps nobody waits for it.
  attempt.promise.catch(() => undefined);
  return attempt;
}

/** Tells the watchers of every chat that is not as it was, until `end`. */
async function poll(session: Session, watchers: Watchers, shiftMs: () => number, end: AbortSignal): Promise<void> {
  let known = new Map<string, string>();
  for (;;) {
    await pause(POLL_MS, end);
    if (end.aborted) return;
    const marks = await findMarks(session, shiftMs(), watchers.watched());
    for (const [chatId, mark] of marks) if (known.get(chatId) !== mark) watchers.tell(chatId);
    known = marks;
  }
}
