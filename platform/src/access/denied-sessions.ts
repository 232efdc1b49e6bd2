import { setTimeout as sleep } from "node:timers/promises";
import { Gauge } from "prom-client";
import type { KeyValueStore } from "../kv/key-value-store.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";

const KEY = "denied-sessions";

/** Login sessions that ended before their tokens expire. */
export interface DeniedSessions {
  /** Answers from this process's copy, which is a second old at most while the store can be reached. */
  isDenied(sessionId: string): boolean;
  /** Ends a session, here at once and everywhere within a second. @param ttlMs how long its tokens may still live. */
  deny(sessionId: string, ttlMs: number): Promise<void>;
  /** Pulls the set each second. With the store away, the last copy goes on to serve, and a metric tells its age. */
  readonly task: Task;
}

export function createDeniedSessions(
  kv: KeyValueStore,
  { log, meters }: Pick<Telemetry, "log" | "meters">,
  { intervalMs = 1_000 }: { readonly intervalMs?: number } = {},
): DeniedSessions {
  /** Session id -> when its denial ends. */
  const denied = new Map<string, number>();
  let pulledAt = Date.now();
  const age: Gauge = new Gauge({
    name: "denied_sessions_copy_age_seconds",
    help: "time since the denied sessions were last read from the store",
    registers: [meters.registry],
    collect: (): void => age.set((Date.now() - pulledAt) / 1_000),
  });

  const pull = async (): Promise<void> => {
    const members = await kv.membersOf(KEY);
    pulledAt = Date.now();
    for (const [sessionId, leftMs] of members) denied.set(sessionId, pulledAt + leftMs);
    for (const [sessionId, until] of denied) if (until <= pulledAt) denied.delete(sessionId);
  };

  return {
    isDenied: (sessionId) => (denied.get(sessionId) ?? 0) > Date.now(),
    async deny(sessionId, ttlMs) {
      denied.set(sessionId, Date.now() + ttlMs);
      await kv.addToSet(KEY, sessionId, ttlMs);
    },
    task: {
      name: "denied sessions",
      async run(stop) {
        let away = false;
        while (!stop.aborted) {
          const err: unknown = await pull().catch((error: unknown) => error);
          if (err && !away) log.warn("denied sessions cannot be read, the last copy serves on", { err });
          away = err !== undefined;
          await sleep(intervalMs, undefined, { signal: stop }).catch(() => undefined);
        }
      },
    },
  };
}
