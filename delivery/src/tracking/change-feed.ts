import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Task } from "@animal-delivery/platform/service/service";
import { listNewestChanges } from "../store/change-repository.ts";

/** Deliveries asked about in one statement. */
const BATCH_DELIVERIES = 1_000;

/**
 * Tells streams that their delivery changed. Changes of this process are announced at once; those of other replicas are
 * found by one poll for all the deliveries that streams wait for. The changes themselves are read by each stream at its own
 * pace from the table: nothing is queued here, so a slow reader costs nothing.
 */
export interface ChangeFeed {
  /** A change of a delivery was committed. */
  announce(deliveryId: string, seq: bigint): void;
  /** Resolves once a change after `seq` is known to be committed; rejects with the signal's reason. */
  changedAfter(deliveryId: string, seq: bigint, signal: AbortSignal): Promise<void>;
  /** The poll. */
  readonly task: Task;
}

interface Waiter {
  readonly seq: bigint;
  wake(): void;
}

export function createChangeFeed(db: Database, pollMs: number): ChangeFeed {
  const waiting = new Map<string, Set<Waiter>>();

  const announce: ChangeFeed["announce"] = (deliveryId, seq) => {
    for (const waiter of waiting.get(deliveryId) ?? []) if (waiter.seq < seq) waiter.wake();
  };

  return {
    announce,
    changedAfter: (deliveryId, seq, signal) => wait(waiting, deliveryId, seq, signal),
    task: { name: "poll delivery changes", run: (stop) => poll(db, pollMs, waiting, announce, stop) },
  };
}

function wait(waiting: Map<string, Set<Waiter>>, deliveryId: string, seq: bigint, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => (): void => {
      signal.removeEventListener("abort", onAbort);
      removeWaiter(waiting, deliveryId, waiter);
      settle();
    };
    const onAbort = end(() => reject(signal.reason));
    const waiter: Waiter = { seq, wake: end(resolve) };
    signal.addEventListener("abort", onAbort, { once: true });
    addWaiter(waiting, deliveryId, waiter);
  });
}

async function poll(
  db: Database,
  pollMs: number,
  waiting: ReadonlyMap<string, unknown>,
  announce: ChangeFeed["announce"],
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const deliveryIds = [...waiting.keys()];
    for (let start = 0; start < deliveryIds.length; start += BATCH_DELIVERIES) {
      const newest = await listNewestChanges(db, deliveryIds.slice(start, start + BATCH_DELIVERIES));
      for (const { deliveryId, seq } of newest) announce(deliveryId, seq);
    }
    await sleep(pollMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

function addWaiter(waiting: Map<string, Set<Waiter>>, deliveryId: string, waiter: Waiter): void {
  const waiters = waiting.get(deliveryId) ?? new Set();
  waiting.set(deliveryId, waiters.add(waiter));
}

function removeWaiter(waiting: Map<string, Set<Waiter>>, deliveryId: string, waiter: Waiter): void {
  const waiters = waiting.get(deliveryId);
  waiters?.delete(waiter);
  if (waiters?.size === 0) waiting.delete(deliveryId);
}
