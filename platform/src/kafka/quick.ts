import { pause } from "../pause.ts";

/** How long the fetching waits for a handler. A slower one works on alone, and its partition pauses meanwhile. */
const QUICK_MS = 100;

/** Waits a little for work to end; what it came to, or undefined when it takes longer. */
export async function waitQuick<T>(working: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  const outcome = await Promise.race([working, pause(QUICK_MS, late.signal).then(() => undefined)]);
  late.abort();
  return outcome;
}
