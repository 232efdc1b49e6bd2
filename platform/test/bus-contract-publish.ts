import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { BusFixture, type BusHarness, commitAll, PARTITIONS, record, textOf, WAIT } from "./bus-contract-fixture.ts";

/** What every adapter of the event bus keeps to when it takes records. */
export function publishContract(harness: BusHarness): void {
  describe("an event bus", () => {
    let at: BusFixture;

    beforeEach(async () => {
      at = await BusFixture.on(harness);
    });

    afterEach(() => at[Symbol.asyncDispose]());

    describe("publish", () => {
      it("acknowledges each record by its index", async () => {
        expect(await at.bus.publish(at.topic, [record("a", "1"), record("b", "2")])).toEqual(new Set([0, 1]));
        expect(await at.bus.publish(at.topic, [])).toEqual(new Set());
      });

      it("keeps key, value, headers and the order of each key", async () => {
        const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
        const rounds = Array.from({ length: 10 }, (_, round) => keys.map((key) => record(key, `${key}: ${round}`)));
        for (const round of rounds) await at.bus.publish(at.topic, round);
        const seen: { key: string; text: string; headers: Record<string, string> }[] = [];

        at.join(at.bus, {
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
        const other = await at.another();
        const seen: string[] = [];
        at.collect(at.bus, seen);

        await Promise.all(
          Array.from({ length: 8 }, async (_, publisher) => {
            for (let turn = 0; turn < 25; turn += 1) {
              const records = [
                record(`p${publisher}`, `p${publisher} ${turn}`),
                record(`q${publisher}`, `q${publisher} ${turn}`),
              ];
              await (publisher % 2 ? at.bus : other).publish(at.topic, turn % 2 ? records : records.toReversed());
            }
          }),
        );

        await expect.poll(() => seen.length, WAIT).toBe(8 * 25 * 2);
        for (const key of ["p0", "p5", "q3", "q7"]) {
          const ofKey = seen.filter((text) => text.startsWith(`${key} `));
          expect(ofKey).toEqual(Array.from({ length: 25 }, (_, turn) => `${key} ${turn}`));
        }
      });

      it("keeps a record that comes twice twice", async () => {
        const seen: string[] = [];
        await at.bus.publish(at.topic, [record("a", "same"), record("a", "same")]);
        await at.bus.publish(at.topic, [record("a", "same")]);

        at.collect(at.bus, seen);

        await expect.poll(() => seen, WAIT).toEqual(["same", "same", "same"]);
      });

      it("refuses a record over the limit, and publishes nothing of its call", async () => {
        const large: BusRecord = { key: "a", value: new Uint8Array(at.bus.recordBytesMax + 1), headers: {} };
        const seen: string[] = [];

        await expect(at.bus.publish(at.topic, [record("a", "small"), large])).rejects.toMatchObject({
          kind: "tooLarge",
          reason: "REQUEST_TOO_LARGE",
        });
        await at.bus.publish(at.topic, [record("a", "after")]);

        at.collect(at.bus, seen);
        await expect.poll(() => seen, WAIT).toEqual(["after"]);
      });

      it("refuses a topic that does not exist, and does not make it", async () => {
        const unknown = `${at.topic}-unknown`;

        await expect(at.bus.publish(unknown, [record("a", "1")])).rejects.toThrow(unknown);
        await expect(at.bus.publish(unknown, [record("a", "1")])).rejects.toThrow(unknown);
      });
    });

    describe("ensureTopics", () => {
      it("leaves topics that exist as they are, and says in what they differ", async () => {
        const other = { topic: at.topic, partitions: PARTITIONS + 1, retentionMs: 3_600_000 };

        expect(await at.bus.ensureTopics([{ ...other, partitions: PARTITIONS }])).toEqual([]);
        expect(await at.bus.ensureTopics([other])).toEqual([expect.stringContaining("partitions")]);
      });
    });
  });
}
