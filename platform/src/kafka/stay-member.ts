import { aborted } from "../aborted.ts";
import { backoffMs } from "../backoff.ts";
import type { ConsumeOptions } from "../bus/bus.ts";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";
import { within } from "../within.ts";
import type { KafkaDriver } from "./driver.ts";
import { BACKOFF, HANDLER_SILENCE_MS, JOIN_BACKOFF, MEMBER_SILENCE_MS, SESSION_MS } from "./limits.ts";
import { PartitionWorks } from "./partition-works.ts";

const WATCH_MS = 1_000;

/** Takes part in a group until `end`, again and again when the membership is lost or shows no sign of life. */
export async function stayMember(
  driver: KafkaDriver,
  { group, topics, handle, batchRecordsMax }: ConsumeOptions,
  log: Logger,
  end: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!end.aborted) {
    const works = new PartitionWorks({ handle, batchRecordsMax, backoff: BACKOFF, log: log.child({ group }) });
    const startedMs = performance.now();
    await takePartWatched(driver, { group, topics, works }, end).catch((error: unknown) =>
      log.warn("consumer left its group, it joins again", { group, error }),
    );
    // A handler should not meet a second one for its partition. But one that never ends would keep all others from theirs,
    // and what it commits does not count any more.
    await within(HANDLER_SILENCE_MS, Promise.race([works.settled(), aborted(end)])).catch(() =>
      log.error("a handler does not end, its batch is given to another", { group }),
    );
    // A membership that lasted was no failed attempt.
    failures = performance.now() - startedMs > SESSION_MS ? 1 : failures + 1;
    await pause(backoffMs(JOIN_BACKOFF, failures), end);
  }
}

/**
 * One membership, ended as soon as it or a handler shows no sign of life: a library whose loop has stopped would keep this
 * process alive and well while its partitions wait.
 */
async function takePartWatched(
  driver: KafkaDriver,
  member: { readonly group: string; readonly topics: readonly string[]; readonly works: PartitionWorks },
  end: AbortSignal,
): Promise<void> {
  const giveUp = new AbortController();
  let aliveAtMs = performance.now();
  const alive = (): void => {
    aliveAtMs = performance.now();
  };
  const watch = setInterval(() => {
    if (performance.now() - aliveAtMs > MEMBER_SILENCE_MS)
      giveUp.abort(new Error("the membership shows no sign of life"));
    if (member.works.silentMs() > HANDLER_SILENCE_MS) {
      giveUp.abort(new Error("the handler does not answer, its partitions go to others"));
    }
  }, WATCH_MS);
  try {
    await driver.takePart({ ...member, alive }, AbortSignal.any([end, giveUp.signal]));
    giveUp.signal.throwIfAborted();
  } finally {
    clearInterval(watch);
  }
}
