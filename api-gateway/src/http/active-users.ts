import { setTimeout as sleep } from "node:timers/promises";
import { Gauge } from "prom-client";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { Task } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { createSeenUsers } from "./seen-users.ts";

/** Counts the users who asked for something within the last five minutes. */
export interface ActiveUsers {
  /** Notes a user. Costs the request nothing: what others must know is told later. */
  seen(subject: string): void;
  /** Tells the store whom this process saw, and asks it how many all gateways saw, every five seconds. */
  readonly task: Task;
}

const NAME = "active-users";
const WINDOW_MS = 5 * 60_000;
const BUCKET_MS = 60_000;
/** The minute that runs and the five before it: whoever came within five minutes is in one of them. */
const BUCKETS = WINDOW_MS / BUCKET_MS + 1;
const INTERVAL_MS = 5_000;

export function createActiveUsers(
  kv: Pick<KeyValueStore, "addDistinct" | "countDistinct">,
  { log, meters }: Pick<Telemetry, "log" | "meters">,
  { now = Date.now, intervalMs = INTERVAL_MS }: { readonly now?: () => number; readonly intervalMs?: number } = {},
): ActiveUsers {
  const users = createSeenUsers({ windowMs: WINDOW_MS, bucketMs: BUCKET_MS, now });
  /** Of all gateways; undefined while nobody can say. */
  let ofAll: number | undefined;
  const gauge: Gauge<"scope"> = new Gauge({
    name: "active_users",
    help: "Users with a request within the last five minutes: of all gateways, or while the store is away of this process",
    labelNames: ["scope"],
    registers: [meters.registry],
    collect() {
      gauge.reset();
      gauge.set({ scope: ofAll === undefined ? "process" : "platform" }, ofAll ?? users.count());
    },
  });

  const tell = async (): Promise<void> => {
    const untold = users.take();
    try {
      for (const [bucket, subjects] of untold)
        await kv.addDistinct(NAME, String(bucket), subjects, BUCKETS * BUCKET_MS);
    } catch (error) {
      for (const subjects of untold.values()) users.putBack(subjects);
      throw error;
    }
  };
  const ask = async (): Promise<number> => {
    const current = Math.floor(now() / BUCKET_MS);
    const buckets = Array.from({ length: BUCKETS }, (_, back) => String(current - back));
    return kv.countDistinct(NAME, buckets);
  };

  return {
    seen: (subject) => users.seen(subject),
    task: {
      name: "active users",
      async run(stop) {
        let isAway = false;
        while (!stop.aborted) {
          try {
            await tell();
            ofAll = await ask();
            if (isAway) log.info("active users are counted over all gateways again");
            isAway = false;
          } catch (err) {
            if (!isAway) log.warn("active users are counted by this process alone, the shared store is away", { err });
            ofAll = undefined;
            isAway = true;
          }
          await sleep(intervalMs, undefined, { signal: stop }).catch(() => undefined);
        }
      },
    },
  };
}
