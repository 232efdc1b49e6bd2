import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BusFixture, type BusHarness, PARTITIONS, record, records, WAIT } from "./bus-contract-fixture.ts";

/** What every adapter of the event bus keeps to when members share a group. */
export function membersContract(harness: BusHarness): void {
  describe("an event bus", () => {
    let at: BusFixture;

    beforeEach(async () => {
      at = await BusFixture.on(harness);
    });

    afterEach(() => at[Symbol.asyncDispose]());

    describe("two members of a group", () => {
      it("share the partitions, and each record goes to one of them", async () => {
        const other = await at.another();
        const seen: string[] = [];
        const [a, b] = [at.collect(at.bus, seen), at.collect(other, seen)];
        await expect
          .poll(async () => {
            a.partitions.clear();
            b.partitions.clear();
            seen.length = 0;
            await at.bus.publish(at.topic, records(40));
            await expect.poll(() => seen.length, WAIT).toBeGreaterThanOrEqual(40);
            return [a.partitions.size, b.partitions.size];
          }, WAIT)
          .toEqual([PARTITIONS / 2, PARTITIONS / 2]);

        expect(new Set(seen).size).toBe(seen.length);
      });

      it("become one when the other leaves", async () => {
        const other = await at.another();
        const seen: string[] = [];
        const a = at.collect(at.bus, seen);
        const b = at.collect(other, seen);
        await at.bus.publish(at.topic, records(40));
        await expect.poll(() => seen.length, WAIT).toBeGreaterThanOrEqual(40);

        await b.stop();
        a.partitions.clear();
        await at.bus.publish(at.topic, records(40));

        await expect.poll(() => a.partitions.size, WAIT).toBe(PARTITIONS);
        await expect.poll(() => at.lag(), WAIT).toBe(0n);
      });

      it("become one when the other is killed with a batch at work, which comes again", async () => {
        const seen: string[] = [];
        const remote = at.spawn();
        await at.bus.publish(at.topic, [record("a", "unfinished")]);
        await remote.holdsBatch;

        remote.signal("SIGKILL");
        at.collect(at.bus, seen);

        await expect.poll(() => seen, WAIT).toEqual(["unfinished"]);
      });

      it("take over from one that hangs, whose late commit is refused", async () => {
        const seen: string[] = [];
        const remote = at.spawn();
        await at.bus.publish(at.topic, [record("a", "first")]);
        await remote.holdsBatch;
        remote.signal("SIGSTOP");
        const member = at.collect(at.bus, seen);
        await expect.poll(() => seen, WAIT).toEqual(["first"]);
        await at.bus.publish(at.topic, [record("a", "second")]);
        await expect.poll(() => at.lag(), WAIT).toBe(0n);

        remote.signal("SIGCONT");

        expect(await remote.commit()).toBe(false);
        await remote.close();
        await member.stop();
        expect(await at.lag()).toBe(0n);
        expect(seen).toEqual(["first", "second"]);
      });

      it("lose nothing while members come and go", async () => {
        const seen: string[] = [];
        const other = await at.another();
        at.collect(at.bus, seen, { batchRecordsMax: 2 });

        for (let round = 0; round < 5; round += 1) {
          const guest = at.collect(other, seen, { batchRecordsMax: 2 });
          await at.bus.publish(at.topic, records(20, `round ${round}`));
          await expect.poll(() => seen.length, WAIT).toBeGreaterThan(round * 20);
          await guest.stop();
        }

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        await expect.poll(() => new Set(seen).size, WAIT).toBe(100);
      });
    });
  });
}
