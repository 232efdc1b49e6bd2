import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;

/**
 * Asks until the answer is yes; what throws counts as no.
 *
 * @throws {Error} that says what was waited for when the time is over, with the last error as its cause.
 */
export async function until(what: string, timeoutMs: number, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      if (await ask()) return;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs / 1_000} s: ${what}`, { cause });
    await sleep(POLL_MS);
  }
}
