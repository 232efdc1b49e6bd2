import { backoffMs, type Backoff } from "../backoff.ts";
import { openDatabase } from "../db/open-database.ts";
import { pause } from "../pause.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createWake, type Wake } from "../wake.ts";
import type { Bus, ConsumeOptions } from "./bus.ts";
import { appended, onAppended } from "../log-bus/appended.ts";
import { GroupMember, type MemberTimes } from "../log-bus/group-member.ts";
import { listLag } from "../log-bus/group-store.ts";
import { createPublisher } from "../log-bus/publisher.ts";
import { ensureTopics } from "../log-bus/topic-store.ts";
import { trimRegularly } from "../log-bus/trim-log.ts";

export interface LogBusOptions extends Partial<MemberTimes> {
  /** The log's own database, migrated by `migrateLogBus`. */
  readonly url: string;
  readonly poolSize?: number;
  readonly recordBytesMax?: number;
  /** How often retention is applied. */
  readonly trimEveryMs?: number;
}

const MIB = 1024 * 1024;
const BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000 };

const TIMES: MemberTimes = {
  pollMs: 200,
  heartbeatMs: 1_000,
  leaseMs: 10_000,
  silenceMs: 30_000,
  drainMs: 10_000,
  backoff: BACKOFF,
};

/**
 * The event bus as a durable log in Postgres: what a publisher was told is committed. Duplicates stay, as in Kafka.
 * Give it telemetry whose logger does not write to this bus.
 */
export function openLogBus(options: LogBusOptions, telemetry: Telemetry): Bus {
  const { url, poolSize = 5, recordBytesMax = MIB, trimEveryMs = 60_000, ...given } = options;
  const times = { ...TIMES, ...given };
  const { log } = telemetry;
  const limits = { poolSize, statementTimeoutMs: 10_000, lockTimeoutMs: 5_000 };
  // Plans made while the log was empty stay bad when it has grown: p50 of a fetch 4.4 against 1.8 ms.
  const db = openDatabase({ url, ...limits, settings: { plan_cache_mode: "force_custom_plan" } }, telemetry);
  const closing = new AbortController();
  const trimming = trimRegularly(db, log, trimEveryMs, closing.signal);

  const consuming = new Set<Promise<void>>();

  const stayMember = async (wanted: ConsumeOptions, wake: Wake, end: AbortSignal): Promise<void> => {
    const member = { db, log, consume: wanted, times, batchBytesMax: 8 * MIB, wake };
    let failures = 0;
    while (!end.aborted) {
      const startedMs = performance.now();
      await db
        .withSession((session, lost) => new GroupMember(member, session).run(AbortSignal.any([end, lost])))
        .catch((error: unknown) => log.warn("consumer left its group, it joins again", { group: wanted.group, error }));
      // A membership that lasted was no failed attempt.
      failures = performance.now() - startedMs > times.leaseMs ? 1 : failures + 1;
      if (!end.aborted) await pause(backoffMs(times.backoff, failures), end);
    }
  };
  const consume = async (wanted: ConsumeOptions, signal: AbortSignal): Promise<void> => {
    const wake = createWake();
    const forget = onAppended(url, wanted.topics, wake);
    const staying = stayMember(wanted, wake, AbortSignal.any([signal, closing.signal])).finally(forget);
    consuming.add(staying);
    await staying.finally(() => consuming.delete(staying));
  };

  return {
    system: "log_bus",
    recordBytesMax,
    ensureTopics: (topics) => ensureTopics(db, topics),
    publish: createPublisher({ db, recordBytesMax, appended: (topic) => appended(url, topic) }),
    consume,
    lag: (group, topics) => listLag(db, group, topics),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled([trimming, ...consuming]);
      await db[Symbol.asyncDispose]();
    },
  };
}
