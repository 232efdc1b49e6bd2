import type { ChatStore } from "../store/chat-store.ts";
import { openSharedTail, type SharedTail } from "./shared-tail.ts";

/** Lends each chat's tail to those who follow it in this process; it is read while somebody has it. */
export interface ChatFeed {
  /**
   * Dispose of it when the stream ends. It is given back with `signal` too: a generator whose follower left is not always asked
   * again, and then never comes to its end.
   *
   * @throws {DomainError} as `ChatStore.readTail`.
   */
  borrow(chatId: string, signal: AbortSignal): Promise<BorrowedTail>;
}

export interface BorrowedTail extends Disposable {
  readonly tail: SharedTail;
}

interface Lent {
  readonly tail: Promise<SharedTail>;
  readonly stop: AbortController;
  borrowers: number;
}

export function createChatFeed(store: ChatStore): ChatFeed {
  const lent = new Map<string, Lent>();

  const giveBack = (chatId: string, loan: Lent): void => {
    loan.borrowers -= 1;
    if (loan.borrowers > 0) return;
    if (lent.get(chatId) === loan) lent.delete(chatId);
    loan.stop.abort();
  };
  const lend = (chatId: string): Lent => {
    const there = lent.get(chatId);
    if (there) return there;
    const stop = new AbortController();
    const loan = { tail: openSharedTail(store, chatId, stop.signal), stop, borrowers: 0 };
    lent.set(chatId, loan);
    // A chat that ended may come again under its id: its followers must not meet the old tail.
    const forget = () => void (lent.get(chatId) === loan && lent.delete(chatId));
    loan.tail.then(({ reading }) => reading.then(forget), forget);
    return loan;
  };

  return {
    async borrow(chatId, signal) {
      const loan = lend(chatId);
      loan.borrowers += 1;
      let isMine = true;
      const release = () => {
        if (isMine) giveBack(chatId, loan);
        isMine = false;
        signal.removeEventListener("abort", release);
      };
      signal.addEventListener("abort", release, { once: true });
      try {
        return { tail: await loan.tail, [Symbol.dispose]: release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}
