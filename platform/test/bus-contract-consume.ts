import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BusFixture,
  type BusHarness,
  commitAll,
  PARTITIONS,
  record,
  records,
  textOf,
  WAIT,
} from "./bus-contract-fixture.ts";

/** What every adapter of the event bus keeps to when it hands records to a group. */
export function consumeContract(harness: BusHarness): void {
  describe("an event bus", () => {
    let at: BusFixture;

    beforeEach(async () => {
      at = await BusFixture.on(harness);
    });

    afterEach(() => at[Symbol.asyncDispose]());

    describe("a group", () => {
      it("reads from the beginning when it is new", async () => {
        await at.bus.publish(at.topic, records(30));
        const [first, second]: [string[], string[]] = [[], []];

        at.collect(at.bus, first);
        at.collect(at.bus, second, { group: `${at.group}-other` });

        await expect.poll(() => [first.length, second.length], WAIT).toEqual([30, 30]);
      });

      it("has a lag of all there is, then of nothing", async () => {
        await at.bus.publish(at.topic, records(30));
        expect(await at.lag()).toBe(30n);

        at.collect(at.bus, []);

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
      });

      it("goes on where it was after a restart of the client", async () => {
        const seen: string[] = [];
        await at.bus.publish(at.topic, records(20));
        const before = at.collect(at.bus, seen);
        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        await before.stop();

        await using again = await at.harness.open();
        await again.publish(at.topic, [record("k", "later")]);
        const after = at.collect(again, seen);

        await expect.poll(() => seen.length, WAIT).toBe(21);
        await after.stop();
        expect(seen.at(-1)).toBe("later");
      });

      it.each([
        ["beyond the end", 1_000_000n],
        ["before the beginning", -5n],
      ])("reads from the beginning when its offset is %s", async (_, offset) => {
        const seen: string[] = [];
        await at.bus.publish(at.topic, records(20));
        const before = at.collect(at.bus, []);
        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        await before.stop();
        for (let partition = 0; partition < PARTITIONS; partition += 1) {
          await at.harness.setOffset(at.group, at.topic, partition, offset);
        }

        at.collect(at.bus, seen);

        await expect.poll(() => seen.length, WAIT).toBe(20);
      });
    });

    describe("a handler", () => {
      it("gets again what it did not commit before it threw, and only that", async () => {
        const batches: string[][] = [];
        await at.bus.publish(
          at.topic,
          Array.from({ length: 6 }, (_, index) => record("one key", String(index))),
        );

        at.join(at.bus, {
          handle: async (batch) => {
            batches.push(batch.records.map(textOf));
            if (batches.length > 1) return commitAll(batch);
            await batch.commit(batch.records[2]!.offset);
            throw new Error("half way");
          },
        });

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        expect(batches).toEqual([
          ["0", "1", "2", "3", "4", "5"],
          ["3", "4", "5"],
        ]);
      });

      it("gets again what it returned without committing", async () => {
        const batches: string[][] = [];
        await at.bus.publish(at.topic, [record("a", "1")]);

        at.join(at.bus, {
          handle: async (batch) => {
            batches.push(batch.records.map(textOf));
            if (batches.length > 2) await commitAll(batch);
          },
        });

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        expect(batches).toEqual([["1"], ["1"], ["1"]]);
      });

      it("works on one batch of a partition at a time, within the size it asked for", async () => {
        const busy = new Set<number>();
        const overlaps: number[] = [];
        const sizes: number[] = [];
        await at.bus.publish(at.topic, records(60));

        at.join(at.bus, {
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

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        expect(overlaps).toEqual([]);
        expect(Math.max(...sizes)).toBe(3);
      });
    });
  });
}
