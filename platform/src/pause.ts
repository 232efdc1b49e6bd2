import { createWake } from "./wake.ts";

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const wake = createWake();
  return wake.sleep(wake.since(), ms, signal);
}
