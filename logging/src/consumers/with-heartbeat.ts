import type { Batch } from "@animal-delivery/platform/bus/bus";

const HEARTBEAT_MS = 2_000;

/** Waits for long work on a batch while telling the bus that the handler lives. */
export async function withHeartbeat(batch: Batch, work: Promise<unknown>): Promise<void> {
  // A heartbeat that fails means that the partition is lost: the commit will say so.
  const timer = setInterval(() => void batch.heartbeat().catch(() => undefined), HEARTBEAT_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}
