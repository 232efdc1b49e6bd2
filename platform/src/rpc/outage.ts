/** How long nothing but failures makes an outage long. A restart takes a second or two. */
const LONG_MS = 10_000;
/** Failures further apart than this say nothing of the time between them. */
const APART_MS = 10_000;

/** Knows for how long a service has answered nothing. */
export interface Outage {
  failed(): void;
  answered(): void;
  /** Whether failures have been all there was for more than ten seconds. */
  isLong(): boolean;
}

export function watchOutage(now: () => number = () => performance.now()): Outage {
  let beganAt = Infinity;
  let failedAt = -Infinity;
  return {
    failed() {
      if (beganAt === Infinity || now() - failedAt > APART_MS) beganAt = now();
      failedAt = now();
    },
    answered() {
      beganAt = Infinity;
    },
    isLong: () => failedAt - beganAt > LONG_MS,
  };
}
