import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyValueStore } from "../kv/key-value-store.ts";

/** What every key-value store must do. Each adapter's test runs this with a way to open a new, empty store. */
export function keyValueContract(open: () => Promise<KeyValueStore>): void {
  let kv: KeyValueStore;
  beforeEach(async () => {
    kv = await open();
  });
  afterEach(() => kv[Symbol.asyncDispose]());

  describe("a value", () => {
    it("is there until it expires", async () => {
      await kv.set("key", "value", 40);

      expect(await kv.get("key")).toBe("value");
      await expect.poll(() => kv.get("key")).toBeUndefined();
    });

    it("is replaced, with its time", async () => {
      await kv.set("key", "old", 20);
      await kv.set("key", "new", 60_000);

      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(await kv.get("key")).toBe("new");
    });

    it("is gone when it is deleted", async () => {
      await kv.set("key", "value", 60_000);
      await kv.delete("key");

      expect(await kv.get("key")).toBeUndefined();
    });
  });

  describe("setIfAbsent", () => {
    it("lets one of many win, and knows its own value again", async () => {
      const values = Array.from({ length: 20 }, (_, index) => `value-${index}`);

      const won = await Promise.all(values.map((value) => kv.setIfAbsent("key", value, 60_000)));

      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = values[won.indexOf(true)] ?? "";
      expect(await kv.get("key")).toBe(winner);
      expect(await kv.setIfAbsent("key", winner, 60_000)).toBe(true);
    });

    it("takes the place of what expired", async () => {
      await kv.setIfAbsent("key", "old", 20);

      await expect.poll(() => kv.setIfAbsent("key", "new", 60_000)).toBe(true);
    });
  });

  describe("increment", () => {
    it("counts each call once, however many come together", async () => {
      const counts = await Promise.all(Array.from({ length: 50 }, () => kv.increment("key", 60_000)));

      expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
    });

    it("starts anew after the window that its first call began", async () => {
      const { resetMs } = await kv.increment("key", 50);
      await kv.increment("key", 60_000);

      expect(resetMs).toBeLessThanOrEqual(50);
      await expect.poll(async () => (await kv.increment("key", 60_000)).count).toBe(1);
    });
  });

  describe("a set", () => {
    it("has each member for its own time", async () => {
      await kv.addToSet("key", "short", 40);
      await kv.addToSet("key", "long", 60_000);

      const members = await kv.membersOf("key");
      expect([...members.keys()].sort()).toEqual(["long", "short"]);
      expect(members.get("long")).toBeGreaterThan(50_000);
      await expect.poll(async () => [...(await kv.membersOf("key")).keys()]).toEqual(["long"]);
    });

    it("is empty when nobody put anything in", async () => {
      expect(await kv.membersOf("nothing")).toEqual(new Map());
    });
  });
}
