import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BusFixture, type BusHarness, PARTITIONS, records, WAIT } from "../test/bus-contract-fixture.ts";
import { consumeContract } from "../test/bus-contract-consume.ts";
import { handlersContract } from "../test/bus-contract-handlers.ts";
import { membersContract } from "../test/bus-contract-members.ts";
import { publishContract } from "../test/bus-contract-publish.ts";

/** The contract of the event bus, and what is asked of Kafka besides. */
export function kafkaContract(harness: BusHarness): void {
  publishContract(harness);
  consumeContract(harness);
  handlersContract(harness);
  membersContract(harness);

  describe("Kafka", () => {
    let at: BusFixture;

    beforeEach(async () => {
      at = await BusFixture.on(harness);
    });

    afterEach(() => at[Symbol.asyncDispose]());

    it("replaces a member that was killed within 12 seconds", async () => {
      const seen: string[] = [];
      const remote = at.spawn();
      const member = at.collect(at.bus, seen);
      let isShared = false;
      void remote.holdsBatch.then(() => (isShared = true));
      await expect
        .poll(async () => {
          await at.bus.publish(at.topic, records(PARTITIONS * 10));
          return isShared;
        }, WAIT)
        .toBe(true);
      const late = records(PARTITIONS * 10, "late");
      await at.bus.publish(at.topic, late);

      remote.signal("SIGKILL");
      const killedMs = performance.now();

      await expect.poll(() => at.lag(), WAIT).toBe(0n);
      expect(performance.now() - killedMs).toBeLessThan(12_000);
      expect(new Set(seen.filter((text) => text.startsWith("late"))).size).toBe(late.length);
      expect(member.partitions.size).toBe(PARTITIONS);
    });

    it("makes topics with their retention, and says what is otherwise", async () => {
      const spec = { topic: `${at.topic}-kept`, partitions: 2, retentionMs: 60_000, retentionBytes: 1_000_000 };
      expect(await at.bus.ensureTopics([spec])).toEqual([]);

      expect(await at.bus.ensureTopics([{ ...spec, partitions: 3, retentionMs: 61_000 }])).toEqual([
        `${spec.topic}: partitions is 2, not 3`,
        `${spec.topic}: retention.ms is 60000, not 61000`,
      ]);
      const { retentionBytes: _, ...endless } = spec;
      expect(await at.bus.ensureTopics([endless])).toEqual([`${spec.topic}: retention.bytes is 1000000, not -1`]);
    });

    it("publishes more at once than one request carries", async () => {
      const seen: string[] = [];
      const value = Buffer.alloc(200_000, "x");
      const large = records(20).map((each) => ({ ...each, value }));

      expect((await at.bus.publish(at.topic, large)).size).toBe(20);

      at.collect(at.bus, seen);
      await expect.poll(() => seen.length, WAIT).toBe(20);
    });
  });
}
