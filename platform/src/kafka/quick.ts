import { pause } from "../pause.ts";

/** How long the fetching waits for a handler. A slower one works on alone, and its partition pauses meanwhile. */
const QUICK_MS = 100;

/** Waits a little for work to end; whether it did. */
export async function isQuick(working: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const isDone = await Promise.race([working.then(() => true), pause(QUICK_MS, late.signal).then(() => false)]);
  late.abort();
  return isDone;
}
