import { Gauge } from "prom-client";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";

const WINDOW_MS = 5 * 60_000;
/** Beyond it the count is a lower bound: a metric must not be what fills the memory. */
const USERS_MAX = 100_000;

/** Counts the users who asked for something within the last five minutes, of this process. */
export function createActiveUsers({ registry }: Meters, now: () => number = Date.now) {
  // Its order is that of the last requests, the longest ago first.
  const lastSeenAt = new Map<string, number>();
  const forget = (): void => {
    for (const [subject, at] of lastSeenAt) {
      if (at > now() - WINDOW_MS && lastSeenAt.size <= USERS_MAX) return;
      lastSeenAt.delete(subject);
    }
  };
  const gauge: Gauge = new Gauge({
    name: "active_users",
    help: "Users with a request within the last five minutes, of this process",
    registers: [registry],
    collect() {
      forget();
      gauge.set(lastSeenAt.size);
    },
  });
  return {
    seen: (subject: string): void => {
      lastSeenAt.delete(subject);
      lastSeenAt.set(subject, now());
      if (lastSeenAt.size > USERS_MAX) forget();
    },
  };
}
