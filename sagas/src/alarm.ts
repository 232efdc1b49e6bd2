import { createWake } from "@animal-delivery/platform/wake";

/** Lets the timer sleep until the next deadline, also one that is made while it sleeps. */
export interface Alarm {
  /** A saga of this process is due then. */
  set(at: Date): void;
  /** A mark for `sleep`, made before looking for the next deadline. */
  since(): number;
  /** Resolves then, earlier for an earlier deadline that was set since the mark, or when `signal` aborts. Never rejects. */
  sleep(mark: number, until: Date, signal: AbortSignal): Promise<void>;
}

export function createAlarm(): Alarm {
  const wake = createWake();
  /** What is earlier than that must wake the sleeper; while nobody sleeps, everything. */
  let until = Infinity;
  return {
    set(at) {
      if (at.getTime() < until) wake.wake();
    },
    since: () => wake.since(),
    async sleep(mark, at, signal) {
      until = at.getTime();
      await wake.sleep(mark, Math.max(0, until - Date.now()), signal);
      until = Infinity;
    },
  };
}
