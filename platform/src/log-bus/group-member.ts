import type { Backoff } from "../backoff.ts";
import type { Database, Queryable } from "../db/database.ts";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";
import type { Wake } from "../wake.ts";
import type { ConsumeOptions, ConsumedRecord } from "../bus/bus.ts";
import { fetchRecords } from "./fetch-records.ts";
import {
  claim,
  commitOffset,
  deleteDeadMembers,
  join,
  leave,
  listGroupPartitions,
  listLiveMembers,
  listOwned,
  release,
  renew,
  type Claim,
  type MemberKey,
} from "./group-store.ts";
import { createPartitionReader, type PartitionReader } from "./partition-reader.ts";
import { wantedPartitions, type PartitionKey } from "./wanted-partitions.ts";

/** The paces and limits of a member. */
export interface MemberTimes {
  /** How often to look for records without being woken; a fifth as often where nothing has come for a while. */
  readonly pollMs: number;
  /** How often a member says that it lives, and looks who else does. */
  readonly heartbeatMs: number;
  /** How long a member counts as alive after it last said so. */
  readonly leaseMs: number;
  /** How long a handler may go without a heartbeat before its partitions go to others. */
  readonly silenceMs: number;
  /** How long a leaving member waits for its handlers. */
  readonly drainMs: number;
  readonly backoff: Backoff;
}

export interface MemberOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly consume: ConsumeOptions;
  readonly times: MemberTimes;
  readonly batchBytesMax: number;
  /** Wakes the member when there may be records. */
  readonly wake: Wake;
}

/** For whom nothing came so long looks for records a fifth as often: a platform that nobody uses should not keep a machine awake. */
const QUIET_MS = 10_000;
const QUIET_POLLS = 5;

/** One membership in a consumer group. */
export class GroupMember {
  readonly #options: MemberOptions;
  readonly #session: Queryable;
  readonly #key: MemberKey;
  readonly #readers = new Map<string, PartitionReader>();
  /** Readers that must end: their partitions are given back, and not taken again before. */
  readonly #leaving = new Map<string, PartitionReader>();
  #stuck = false;

  constructor(options: MemberOptions, session: Queryable) {
    this.#options = options;
    this.#session = session;
    this.#key = { group: options.consume.group, memberId: Math.trunc(Math.random() * 2 ** 31) };
  }

  /** Consumes until `end`, then leaves the group. Rejects when the membership is lost. */
  async run(end: AbortSignal): Promise<void> {
    const { consume, times } = this.#options;
    const stop = new AbortController();
    const both = AbortSignal.any([end, stop.signal]);
    await deleteDeadMembers(this.#session, this.#key.group);
    await join(this.#session, this.#key, consume.topics, times.leaseMs);
    const loops = [this.#coordinate(both), this.#read(both)];
    try {
      await Promise.all(loops);
    } finally {
      stop.abort();
      await Promise.allSettled(loops);
      await this.#drain();
      // When the session is lost, so is the lock, and the others take the partitions without being told.
      await leave(this.#session, this.#key).catch(() => undefined);
    }
  }

  async #coordinate(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await this.#tick();
      await pause(this.#options.times.heartbeatMs, end);
    }
  }

  async #tick(): Promise<void> {
    const { consume, times, log } = this.#options;
    const stuck = [...this.#readers.values(), ...this.#leaving.values()].some((r) => r.silentMs() > times.silenceMs);
    if (!(await renew(this.#session, this.#key, { leaseMs: times.leaseMs, stuck }))) {
      throw new Error(`the group ${consume.group} has forgotten this member`);
    }
    await this.#checkOwned();
    const partitions = await listGroupPartitions(this.#session, this.#key.group, consume.topics);
    const members = await listLiveMembers(this.#session, this.#key.group);
    const wanted = wantedPartitions(this.#key.memberId, members, partitions);
    if (stuck && !this.#stuck)
      log.warn("consumer does not answer, its partitions go to others", { group: consume.group });
    this.#stuck = stuck;
    this.#giveBack(wanted);
    await this.#take(wanted);
  }

  /** Lets go of what the database gave to somebody else, and gives back what nobody reads. */
  async #checkOwned(): Promise<void> {
    const owned = await listOwned(this.#session, this.#key);
    const generations = new Map(owned.map((row) => [keyOf(row), row.generation]));
    for (const [key, reader] of this.#readers) {
      if (generations.get(key) !== reader.claim.generation) this.#dismiss(key, reader);
    }
    for (const row of owned) {
      const isHere = this.#readers.has(keyOf(row)) || this.#leaving.has(keyOf(row));
      if (!isHere) await release(this.#session, this.#key, { ...row, nextOffset: 0n });
    }
  }

  #giveBack(wanted: readonly PartitionKey[]): void {
    const keys = new Set(wanted.map(keyOf));
    for (const [key, reader] of this.#readers) {
      if (!keys.has(key)) this.#dismiss(key, reader);
    }
  }

  #dismiss(key: string, reader: PartitionReader): void {
    this.#readers.delete(key);
    this.#leaving.set(key, reader);
    reader.abort();
    // The next member must not start before this handler has ended, unless it hangs.
    void reader
      .settled()
      .then(() => this.#leaving.delete(key))
      .then(() => release(this.#options.db, this.#key, reader.claim))
      // The next tick gives back what is owned and not read.
      .catch((error: unknown) => this.#options.log.warn("partition was not given back", { error }));
  }

  async #take(wanted: readonly PartitionKey[]): Promise<void> {
    const free = wanted.filter((row) => !this.#readers.has(keyOf(row)) && !this.#leaving.has(keyOf(row)));
    if (free.length === 0) return;
    const claims = await claim(this.#session, this.#key, free);
    for (const taken of claims) this.#readers.set(keyOf(taken), this.#readerOf(taken));
    if (claims.length > 0) this.#options.wake.wake();
  }

  #readerOf(taken: Claim): PartitionReader {
    const { consume, times, db, wake, log } = this.#options;
    return createPartitionReader({
      claim: taken,
      handle: consume.handle,
      commit: (nextOffset) => commitOffset(db, this.#key, taken, nextOffset),
      ended: () => wake.wake(),
      backoff: times.backoff,
      log: log.child({ group: consume.group }),
    });
  }

  async #read(end: AbortSignal): Promise<void> {
    const { wake, times } = this.#options;
    let busyAtMs = performance.now();
    while (!end.aborted) {
      const mark = wake.since();
      const read = await this.#readOnce();
      const isQuiet = performance.now() - busyAtMs > QUIET_MS;
      if (!read) await wake.sleep(mark, isQuiet ? QUIET_POLLS * times.pollMs : times.pollMs, end);
      if (read || wake.since() !== mark) busyAtMs = performance.now();
    }
  }

  /** Fetches for every partition that waits for records, and hands them out; whether there were any. */
  async #readOnce(): Promise<boolean> {
    const { db, consume, batchBytesMax } = this.#options;
    const positions = [...this.#readers.values()].flatMap((reader) => reader.next() ?? []);
    if (positions.length === 0) return false;
    const limits = { recordsMax: consume.batchRecordsMax, bytesMax: batchBytesMax };
    const batches = new Map<string, ConsumedRecord[]>();
    for (const row of await fetchRecords(db, positions, limits)) {
      const batch = batches.get(keyOf(row)) ?? [];
      batch.push(row.record);
      batches.set(keyOf(row), batch);
    }
    for (const [key, records] of batches) {
      const reader = this.#readers.get(key);
      // It may have been dismissed, or dismissed and taken again, while the fetch was on its way.
      if (reader?.next()?.nextOffset === positions.find((at) => keyOf(at) === key)?.nextOffset) reader?.start(records);
    }
    return batches.size > 0;
  }

  /** Ends the handlers, waiting as long as leaving may take. */
  async #drain(): Promise<void> {
    const all = [...this.#readers.values(), ...this.#leaving.values()];
    for (const reader of all) reader.abort();
    const late = new AbortController();
    await Promise.race([
      Promise.all(all.map((reader) => reader.settled())),
      pause(this.#options.times.drainMs, late.signal),
    ]);
    late.abort();
  }
}

function keyOf({ topic, partition }: PartitionKey): string {
  return `${topic}/${partition}`;
}
