import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Batch, Bus, BusRecord, ConsumeOptions } from "@animal-delivery/platform/bus/bus";

/** A consumer in a process of its own, which can be stopped and killed. */
export interface RemoteMember {
  /** Resolves when its handler has a batch, which it keeps until `commit`. */
  readonly holdsBatch: Promise<void>;
  /** Lets it commit what it holds; answers whether the bus took that. */
  commit(): Promise<boolean>;
  /** SIGSTOP, SIGCONT, SIGKILL. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it if it still runs. */
  close(): Promise<void>;
}

/** What the suite needs to know of an adapter. */
export interface BusHarness {
  /** One more client of the same bus, as another process would have. */
  open(): Promise<Bus>;
  /** A member of `group` in another process; it joins by itself. */
  spawnMember(group: string, topic: string): RemoteMember;
  /** Makes a group's offset what it is told, valid or not. No member may be running. */
  setOffset(group: string, topic: string, partition: number, offset: bigint): Promise<void>;
}

const PARTITIONS = 4;
const WAIT = { timeout: 20_000, interval: 20 };

/** What every adapter of the event bus keeps to. */
export function busContract(harness: () => BusHarness): void {
  describe("an event bus", () => {
    let open: AsyncDisposableStack;
    let bus: Bus;
    let topic: string;
    let group: string;

    beforeEach(async () => {
      open = new AsyncDisposableStack();
      bus = open.use(await harness().open());
      topic = `topic-${randomUUID()}`;
      group = `group-${randomUUID()}`;
      await bus.ensureTopics([{ topic, partitions: PARTITIONS, retentionMs: 3_600_000 }]);
    });

    afterEach(() => open.disposeAsync());

    /** Starts a member in this process; it leaves when the test ends or `stop` is called. */
    function join(on: Bus, options: Partial<ConsumeOptions> & Pick<ConsumeOptions, "handle">) {
      const leaving = new AbortController();
      const done = on.consume({ group, topics: [topic], batchRecordsMax: 10, ...options }, leaving.signal);
      const stop = async (): Promise<void> => {
        leaving.abort();
        await done;
      };
      open.defer(stop);
      return { stop };
    }

    /** A member that commits each batch and remembers what it saw. */
    function collect(on: Bus, seen: string[], options: Partial<ConsumeOptions> = {}) {
      const partitions = new Set<number>();
      const member = join(on, {
        ...options,
        handle: async (batch) => {
          partitions.add(batch.partition);
          seen.push(...batch.records.map(textOf));
          await commitAll(batch);
        },
      });
      return { ...member, partitions };
    }

    async function lag(): Promise<bigint> {
      return (await bus.lag(group, [topic])).reduce((sum, { records }) => sum + records, 0n);
    }

    function spawn() {
      const member = harness().spawnMember(group, topic);
      open.defer(() => member.close());
      return member;
    }

    describe("publish", () => {
      it("acknowledges each record by its index", async () => {
        expect(await bus.publish(topic, [record("a", "1"), record("b", "2")])).toEqual(new Set([0, 1]));
        expect(await bus.publish(topic, [])).toEqual(new Set());
      });

      it("keeps key, value, headers and the order of each key", async () => {
        const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
        const rounds = Array.from({ length: 10 }, (_, round) => keys.map((key) => record(key, `${key}: ${round}`)));
        for (const round of rounds) await bus.publish(topic, round);
        const seen: { key: string; text: string; headers: Record<string, string> }[] = [];

        join(bus, {
          handle: async (batch) => {
            seen.push(...batch.records.map((r) => ({ key: r.key, text: textOf(r), headers: { ...r.headers } })));
            await commitAll(batch);
          },
        });

        await expect.poll(() => seen.length, WAIT).toBe(120);
        expect(seen[0]!.headers).toEqual({ "event-id": seen[0]!.text });
        for (const key of keys) {
          const ofKey = seen.filter((row) => row.key === key).map(({ text }) => text);
          expect(ofKey).toEqual(Array.from({ length: 10 }, (_, round) => `${key}: ${round}`));
        }
      });

      it("keeps the order of each key while many publish at once", async () => {
        const other = open.use(await harness().open());
        const seen: string[] = [];
        collect(bus, seen);

        await Promise.all(
          Array.from({ length: 8 }, async (_, publisher) => {
            for (let at = 0; at < 25; at += 1) {
              const records = [
                record(`p${publisher}`, `p${publisher} ${at}`),
                record(`q${publisher}`, `q${publisher} ${at}`),
              ];
              await (publisher % 2 ? bus : other).publish(topic, at % 2 ? records : records.toReversed());
            }
          }),
        );

        await expect.poll(() => seen.length, WAIT).toBe(8 * 25 * 2);
        for (const key of ["p0", "p5", "q3", "q7"]) {
          const ofKey = seen.filter((text) => text.startsWith(`${key} `));
          expect(ofKey).toEqual(Array.from({ length: 25 }, (_, at) => `${key} ${at}`));
        }
      });

      it("keeps a record that comes twice twice", async () => {
        const seen: string[] = [];
        await bus.publish(topic, [record("a", "same"), record("a", "same")]);
        await bus.publish(topic, [record("a", "same")]);

        collect(bus, seen);

        await expect.poll(() => seen, WAIT).toEqual(["same", "same", "same"]);
      });

      it("refuses a record over the limit, and publishes nothing of its call", async () => {
        const large: BusRecord = { key: "a", value: new Uint8Array(bus.recordBytesMax + 1), headers: {} };
        const seen: string[] = [];

        await expect(bus.publish(topic, [record("a", "small"), large])).rejects.toMatchObject({
          kind: "tooLarge",
          reason: "REQUEST_TOO_LARGE",
        });
        await bus.publish(topic, [record("a", "after")]);

        collect(bus, seen);
        await expect.poll(() => seen, WAIT).toEqual(["after"]);
      });

      it("refuses a topic that does not exist, and does not make it", async () => {
        const unknown = `${topic}-unknown`;

        await expect(bus.publish(unknown, [record("a", "1")])).rejects.toThrow(unknown);
        await expect(bus.publish(unknown, [record("a", "1")])).rejects.toThrow(unknown);
      });
    });

    describe("ensureTopics", () => {
      it("leaves topics that exist as they are, and says in what they differ", async () => {
        const other = { topic, partitions: PARTITIONS + 1, retentionMs: 3_600_000 };

        expect(await bus.ensureTopics([{ ...other, partitions: PARTITIONS }])).toEqual([]);
        expect(await bus.ensureTopics([other])).toEqual([expect.stringContaining("partitions")]);
      });
    });

    describe("a group", () => {
      it("reads from the beginning when it is new", async () => {
        await bus.publish(topic, records(30));
        const [first, second]: [string[], string[]] = [[], []];

        collect(bus, first);
        collect(bus, second, { group: `${group}-other` });

        await expect.poll(() => [first.length, second.length], WAIT).toEqual([30, 30]);
      });

      it("has a lag of all there is, then of nothing", async () => {
        await bus.publish(topic, records(30));
        expect(await lag()).toBe(30n);

        collect(bus, []);

        await expect.poll(lag, WAIT).toBe(0n);
      });

      it("goes on where it was after a restart of the client", async () => {
        const seen: string[] = [];
        await bus.publish(topic, records(20));
        const before = collect(bus, seen);
        await expect.poll(lag, WAIT).toBe(0n);
        await before.stop();

        await using again = await harness().open();
        await again.publish(topic, [record("k", "later")]);
        const after = collect(again, seen);

        await expect.poll(() => seen.length, WAIT).toBe(21);
        await after.stop();
        expect(seen.at(-1)).toBe("later");
      });

      it.each([
        ["beyond the end", 1_000_000n],
        ["before the beginning", -5n],
      ])("reads from the beginning when its offset is %s", async (_, offset) => {
        const seen: string[] = [];
        await bus.publish(topic, records(20));
        const before = collect(bus, []);
        await expect.poll(lag, WAIT).toBe(0n);
        await before.stop();
        for (let partition = 0; partition < PARTITIONS; partition += 1) {
          await harness().setOffset(group, topic, partition, offset);
        }

        collect(bus, seen);

        await expect.poll(() => seen.length, WAIT).toBe(20);
      });
    });

    describe("a handler", () => {
      it("gets again what it did not commit before it threw, and only that", async () => {
        const batches: string[][] = [];
        await bus.publish(
          topic,
          Array.from({ length: 6 }, (_, at) => record("one key", String(at))),
        );

        join(bus, {
          handle: async (batch) => {
            batches.push(batch.records.map(textOf));
            if (batches.length > 1) return commitAll(batch);
            await batch.commit(batch.records[2]!.offset);
            throw new Error("half way");
          },
        });

        await expect.poll(lag, WAIT).toBe(0n);
        expect(batches).toEqual([
          ["0", "1", "2", "3", "4", "5"],
          ["3", "4", "5"],
        ]);
      });

      it("gets again what it returned without committing", async () => {
        const batches: string[][] = [];
        await bus.publish(topic, [record("a", "1")]);

        join(bus, {
          handle: async (batch) => {
            batches.push(batch.records.map(textOf));
            if (batches.length > 2) await commitAll(batch);
          },
        });

        await expect.poll(lag, WAIT).toBe(0n);
        expect(batches).toEqual([["1"], ["1"], ["1"]]);
      });

      it("works on one batch of a partition at a time, within the size it asked for", async () => {
        const busy = new Set<number>();
        const overlaps: number[] = [];
        const sizes: number[] = [];
        await bus.publish(topic, records(60));

        join(bus, {
          batchRecordsMax: 3,
          handle: async (batch) => {
            if (busy.has(batch.partition)) overlaps.push(batch.partition);
            busy.add(batch.partition);
            sizes.push(batch.records.length);
            await batch.heartbeat();
            await new Promise((resolve) => setImmediate(resolve));
            await commitAll(batch);
            busy.delete(batch.partition);
          },
        });

        await expect.poll(lag, WAIT).toBe(0n);
        expect(overlaps).toEqual([]);
        expect(Math.max(...sizes)).toBe(3);
      });
    });

    describe("two members of a group", () => {
      it("share the partitions, and each record goes to one of them", async () => {
        const other = open.use(await harness().open());
        const seen: string[] = [];
        const [a, b] = [collect(bus, seen), collect(other, seen)];
        await expect
          .poll(async () => {
            a.partitions.clear();
            b.partitions.clear();
            seen.length = 0;
            await bus.publish(topic, records(40));
            await expect.poll(() => seen.length, WAIT).toBeGreaterThanOrEqual(40);
            return [a.partitions.size, b.partitions.size];
          }, WAIT)
          .toEqual([PARTITIONS / 2, PARTITIONS / 2]);

        expect(new Set(seen).size).toBe(seen.length);
      });

      it("become one when the other leaves", async () => {
        const other = open.use(await harness().open());
        const seen: string[] = [];
        const a = collect(bus, seen);
        const b = collect(other, seen);
        await bus.publish(topic, records(40));
        await expect.poll(() => seen.length, WAIT).toBeGreaterThanOrEqual(40);

        await b.stop();
        a.partitions.clear();
        await bus.publish(topic, records(40));

        await expect.poll(() => a.partitions.size, WAIT).toBe(PARTITIONS);
        await expect.poll(lag, WAIT).toBe(0n);
      });

      it("become one when the other is killed with a batch at work, which comes again", async () => {
        const seen: string[] = [];
        const remote = spawn();
        await bus.publish(topic, [record("a", "unfinished")]);
        await remote.holdsBatch;

        remote.signal("SIGKILL");
        collect(bus, seen);

        await expect.poll(() => seen, WAIT).toEqual(["unfinished"]);
      });

      it("take over from one that hangs, whose late commit is refused", async () => {
        const seen: string[] = [];
        const remote = spawn();
        await bus.publish(topic, [record("a", "first")]);
        await remote.holdsBatch;
        remote.signal("SIGSTOP");
        const member = collect(bus, seen);
        await expect.poll(() => seen, WAIT).toEqual(["first"]);
        await bus.publish(topic, [record("a", "second")]);
        await expect.poll(lag, WAIT).toBe(0n);

        remote.signal("SIGCONT");

        expect(await remote.commit()).toBe(false);
        await remote.close();
        await member.stop();
        expect(await lag()).toBe(0n);
        expect(seen).toEqual(["first", "second"]);
      });

      it("lose nothing while members come and go", async () => {
        const seen: string[] = [];
        const other = open.use(await harness().open());
        collect(bus, seen, { batchRecordsMax: 2 });

        for (let round = 0; round < 5; round += 1) {
          const guest = collect(other, seen, { batchRecordsMax: 2 });
          await bus.publish(topic, records(20, `round ${round}`));
          await expect.poll(() => seen.length, WAIT).toBeGreaterThan(round * 20);
          await guest.stop();
        }

        await expect.poll(lag, WAIT).toBe(0n);
        await expect.poll(() => new Set(seen).size, WAIT).toBe(100);
      });
    });
  });
}

function record(key: string, text: string): BusRecord {
  return { key, value: Buffer.from(text), headers: { "event-id": text } };
}

/** Records of as many keys, so that every partition has some. */
function records(count: number, name: string = randomUUID()): BusRecord[] {
  return Array.from({ length: count }, (_, index) => record(`key ${index}`, `${name} ${index}`));
}

function textOf({ value }: BusRecord): string {
  return Buffer.from(value).toString();
}

async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}
