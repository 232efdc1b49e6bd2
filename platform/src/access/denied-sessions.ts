import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Gauge } from "prom-client";
import type { KeyValueStore } from "../kv/key-value-store.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createDeniedCopy, type DeniedCopy } from "./denied-copy.ts";

/** Login sessions that ended before their tokens expire. */
export interface DeniedSessions {
  /** Answers from this process's copy, which is a second old at most while the store can be reached. */
  isDenied(sessionId: string): boolean;
  /**
   * Ends a session, here at once and everywhere within a second.
   *
   * @param ttlMs how long its tokens may still live.
   * @throws {DomainError} unavailable when the store could not be told: then it is as soon as it is back.
   */
  deny(sessionId: string, ttlMs: number): Promise<void>;
  /** Pulls the changes each second. With the store away, the last copy goes on to serve, and a metric tells its age. */
  readonly task: Task;
}

export function createDeniedSessions(
  kv: Pick<KeyValueStore, "addToSet" | "changesOf">,
  { log, meters }: Pick<Telemetry, "log" | "meters">,
  { intervalMs = 1_000 }: { readonly intervalMs?: number } = {},
): DeniedSessions {
  const copy = createDeniedCopy(kv);
  const { pulled, putBack } = metricsOf(copy, meters);

  const pull = async (): Promise<void> => {
    const count = await copy.pull();
    pulled();
    putBack.inc(count);
    if (count > 0) log.warn("denied sessions that the store had not were put there", { count });
  };

  return {
    isDenied: (sessionId) => copy.isDenied(sessionId),
    deny: async (sessionId, ttlMs) => copy.deny(sessionId, ttlMs),
    task: {
      name: "denied sessions",
      async run(stop) {
        let away = false;
        while (!stop.aborted) {
          const err: unknown = await pull().catch((error: unknown) => error);
          if (err && !away) log.warn("denied sessions cannot be read, the last copy serves on", { err });
          if (!err && away) log.info("denied sessions can be read again");
          away = err !== undefined;
          await sleep(intervalMs, undefined, { signal: stop }).catch(() => undefined);
        }
      },
    },
  };
}

function metricsOf(copy: DeniedCopy, { registry }: Telemetry["meters"]) {
  let pulledAt = Date.now();
  const registers = [registry];
  const age: Gauge = new Gauge({
    name: "denied_sessions_copy_age_seconds",
    help: "time since the denied sessions were last read from the store",
    registers,
    collect: (): void => age.set((Date.now() - pulledAt) / 1_000),
  });
  const size: Gauge = new Gauge({
    name: "denied_sessions",
    help: "denied sessions that this process knows",
    registers,
    collect: (): void => size.set(copy.size()),
  });
  const putBack = new Counter({
    name: "denied_sessions_put_back_total",
    help: "denied sessions that the store had lost, or had not heard of, and got from this process",
    registers,
  });
  return { pulled: () => void (pulledAt = Date.now()), putBack };
}
