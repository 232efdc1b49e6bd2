import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aborted } from "../aborted.ts";
import type { Batch } from "../bus/bus.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import type { KafkaDriver, Membership } from "./driver.ts";
import { stayMember } from "./stay-member.ts";

const { log } = testTelemetry();
const RECORD = { key: "a", value: new Uint8Array(), headers: {}, offset: 0n, timestamp: new Date(0) };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("joins again beside a handler that never ends, whose commit does not count any more", async () => {
  const end = new AbortController();
  const batches: Batch[] = [];
  const committed: bigint[] = [];
  const driver = {
    async takePart({ works, alive }: Membership, over: AbortSignal) {
      const living = setInterval(alive, 1_000);
      const commit = async (next: bigint): Promise<boolean> => committed.push(next) > 0;
      void works.start({ topic: "moves", partition: 0, records: [RECORD], commit });
      await aborted(over);
      clearInterval(living);
      await works.end(0);
    },
  } as unknown as KafkaDriver;
  const handle = async (batch: Batch): Promise<void> => {
    batches.push(batch);
    if (batches.length === 1) return new Promise(() => undefined);
    return batch.commit(0n);
  };

  const staying = stayMember(driver, { group: "g", topics: ["moves"], handle, batchRecordsMax: 1 }, log, end.signal);
  await vi.advanceTimersByTimeAsync(120_000);

  expect(batches).toHaveLength(2);
  expect(committed).toEqual([1n]);
  await expect(batches[0]?.commit(0n)).rejects.toMatchObject({ kind: "unavailable" });
  end.abort();
  await vi.advanceTimersByTimeAsync(1_000);
  await staying;
});
