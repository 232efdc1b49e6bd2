import type { BusRecord } from "../bus/bus.ts";
import { within } from "../within.ts";
import type { KafkaProducer } from "./driver.ts";
import { CLOSE_MS_MAX } from "./limits.ts";

/** Sends one after the other. */
export interface Sender extends AsyncDisposable {
  /**
   * Waits for its turn; whether the records are stored. Rejects without sending when its turn comes after `deadlineMs`, and
   * gives its turn up then.
   */
  send(topic: string, partition: number, records: readonly BusRecord[], deadlineMs: number): Promise<boolean>;
}

/**
 * One send in flight, its library's retries included: with two, a lost answer makes an idempotent producer give two batches
 * the same sequence numbers, and the broker throws one of them away as a duplicate.
 *
 * For the same reason a producer whose send failed is replaced: whether the batch is stored is not known, and the next one
 * would carry its numbers. A send that has not ended in time has failed: closing its producer ends the library's retries,
 * which may go on for minutes.
 */
export function createSender(open: () => Promise<KafkaProducer>): Sender {
  let producer: Promise<KafkaProducer> | undefined;
  let lastTurn: Promise<unknown> = Promise.resolve();

  const close = async (): Promise<void> => {
    const closing = producer;
    producer = undefined;
    await closing?.then((each) => each.close()).catch(() => undefined);
  };
  const sendNow = async (leftMs: number, send: (producer: KafkaProducer) => Promise<boolean>): Promise<boolean> => {
    producer ??= open();
    let isStored = false;
    try {
      isStored = await within(leftMs, producer.then(send));
    } finally {
      if (!isStored) void close();
    }
    return isStored;
  };

  return {
    send(topic, partition, records, deadlineMs) {
      const turn = lastTurn.then(() => {
        const leftMs = () => deadlineMs - performance.now();
        if (leftMs() < 0) throw new Error("an earlier send took all the time");
        return sendNow(leftMs(), async (each) => leftMs() > 0 && each.send(topic, partition, records));
      });
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
    async [Symbol.asyncDispose]() {
      // What is still tried then has been given up by whoever asked for it.
      await within(CLOSE_MS_MAX, lastTurn).catch(() => undefined);
      await close();
    },
  };
}
