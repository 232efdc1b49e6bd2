import { randomUUID } from "node:crypto";
import type { Batch, Bus, BusRecord, ConsumeOptions } from "@animal-delivery/platform/bus/bus";
import type { RemoteMember } from "./remote-member.ts";

/** What the suite needs to know of an adapter. */
export interface BusHarness {
  /** How long a member that is not heard of counts as alive. */
  readonly sessionMs: number;
  /** One more client of the same bus, as another process would have. */
  open(): Promise<Bus>;
  /** A member of `group` in another process; it joins by itself. */
  spawnMember(group: string, topic: string): RemoteMember;
  /** Makes a group's offset what it is told, valid or not. No member may be running. */
  setOffset(group: string, topic: string, partition: number, offset: bigint): Promise<void>;
}

export const PARTITIONS = 4;

/** How often and how long tests look for what must come. */
export const WAIT = { timeout: 20_000, interval: 20 };

/** What a test of the contract has: a topic and a group of its own, and the members it starts. */
export class BusFixture implements AsyncDisposable {
  readonly harness: BusHarness;
  readonly bus: Bus;
  readonly topic = `topic-${randomUUID()}`;
  readonly group = `group-${randomUUID()}`;
  /** Ends with the test. */
  readonly open = new AsyncDisposableStack();

  private constructor(harness: BusHarness, bus: Bus) {
    this.harness = harness;
    this.bus = this.open.use(bus);
  }

  static async on(harness: BusHarness): Promise<BusFixture> {
    const fixture = new BusFixture(harness, await harness.open());
    await fixture.bus.ensureTopics([{ topic: fixture.topic, partitions: PARTITIONS, retentionMs: 3_600_000 }]);
    return fixture;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.open.disposeAsync();
  }

  /** One more client of the bus, until the test ends. */
  async another(): Promise<Bus> {
    return this.open.use(await this.harness.open());
  }

  /** Starts a member in this process; it leaves when the test ends or `stop` is called. */
  join(on: Bus, options: Partial<ConsumeOptions> & Pick<ConsumeOptions, "handle">) {
    const leaving = new AbortController();
    const done = on.consume(
      { group: this.group, topics: [this.topic], batchRecordsMax: 10, ...options },
      leaving.signal,
    );
    const stop = async (): Promise<void> => {
      leaving.abort();
      await done;
    };
    this.open.defer(stop);
    return { stop };
  }

  /** A member that commits each batch and remembers what it saw. */
  collect(on: Bus, seen: string[], options: Partial<ConsumeOptions> = {}) {
    const partitions = new Set<number>();
    const member = this.join(on, {
      ...options,
      handle: async (batch) => {
        partitions.add(batch.partition);
        seen.push(...batch.records.map(textOf));
        await commitAll(batch);
      },
    });
    return { ...member, partitions };
  }

  /** How many records the group has not committed yet. */
  async lag(): Promise<bigint> {
    return (await this.bus.lag(this.group, [this.topic])).reduce((sum, { records }) => sum + records, 0n);
  }

  /** Starts a member of the group in another process. */
  spawn() {
    const member = this.harness.spawnMember(this.group, this.topic);
    this.open.defer(() => member.close());
    return member;
  }
}

export function record(key: string, text: string): BusRecord {
  return { key, value: Buffer.from(text), headers: { "event-id": text } };
}

/** Records of as many keys, so that every partition has some. */
export function records(count: number, name: string = randomUUID()): BusRecord[] {
  return Array.from({ length: count }, (_, index) => record(`key ${index}`, `${name} ${index}`));
}

export function textOf({ value }: BusRecord): string {
  return Buffer.from(value).toString();
}

export async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}
