import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Batch } from "@animal-delivery/platform/bus/bus";
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

/** What every adapter of the event bus keeps to when a handler is slow, fails or hangs. */
export function handlersContract(harness: BusHarness): void {
  describe("an event bus", () => {
    let at: BusFixture;

    beforeEach(async () => {
      at = await BusFixture.on(harness);
    });

    afterEach(() => at[Symbol.asyncDispose]());

    describe("a handler", () => {
      it.each([
        ["TypeError", () => new TypeError("of the program")],
        ["RangeError", () => new RangeError("of the program")],
        ["error that says it is not to be retried", () => Object.assign(new Error("no"), { retriable: false })],
      ])("gets its batch again after a %s", async (_, errorOf) => {
        let attempts = 0;
        await at.bus.publish(at.topic, [record("a", "1")]);

        at.join(at.bus, {
          handle: async (batch) => {
            attempts += 1;
            if (attempts < 4) throw errorOf();
            await commitAll(batch);
          },
        });

        await expect.poll(() => at.lag(), WAIT).toBe(0n);
        expect(attempts).toBe(4);
      });

      it("that hangs or fails holds up its own partition alone", async () => {
        const mayEnd = Promise.withResolvers<void>();
        const seen = new Map<number, string[]>();
        at.join(at.bus, {
          handle: async (batch) => {
            if (batch.partition === 0) return mayEnd.promise;
            if (batch.partition === 1) throw new Error("always");
            seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), ...batch.records.map(textOf)]);
            await commitAll(batch);
          },
        });
        at.open.defer(() => mayEnd.resolve());

        for (let round = 1; round <= 5; round += 1) {
          await at.bus.publish(at.topic, records(40));
          await expect.poll(() => [...seen.keys()].sort(), WAIT).toEqual([2, 3]);
          seen.clear();
        }
      });

      it("may work for longer than a silent member lives, and is not disturbed", async () => {
        const { sessionMs } = at.harness;
        const seen: string[] = [];
        const aborted: boolean[] = [];
        const shares = [new Set<number>(), new Set<number>()];
        for (const [index, bus] of [at.bus, await at.another()].entries()) {
          at.join(bus, {
            handle: async (batch) => {
              shares[index]?.add(batch.partition);
              if (batch.records.some((each) => textOf(each).startsWith("long"))) {
                seen.push(...batch.records.map(textOf));
                await workFor(sessionMs * 1.3, batch);
                aborted.push(batch.signal.aborted);
              }
              await commitAll(batch);
            },
          });
        }
        // Both are members before there is work, so that none of it is handed over for that.
        await expect
          .poll(async () => {
            for (const share of shares) share.clear();
            await at.bus.publish(at.topic, records(40));
            await expect.poll(() => at.lag(), WAIT).toBe(0n);
            return shares.map((share) => share.size);
          }, WAIT)
          .toEqual([PARTITIONS / 2, PARTITIONS / 2]);
        const long = records(8, "long");

        await at.bus.publish(at.topic, long);

        await expect.poll(() => at.lag(), { ...WAIT, timeout: sessionMs * 4 + WAIT.timeout }).toBe(0n);
        expect(seen.toSorted()).toEqual(long.map(textOf).toSorted());
        expect(aborted).not.toContain(true);
      });
    });
  });
}

async function workFor(ms: number, batch: Batch): Promise<void> {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    await sleep(ms / 20);
    await batch.heartbeat();
  }
}
