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
      await kv.set("key", "value", 500);

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
      const { resetMs } = await kv.increment("key", 500);
      await kv.increment("key", 60_000);

      expect(resetMs).toBeLessThanOrEqual(500);
      await expect.poll(async () => (await kv.increment("key", 60_000)).count).toBe(1);
    });
  });

  describe("decrement", () => {
    it("takes back what was counted, but leaves the window and never goes below nothing", async () => {
      await kv.increment("key", 60_000);
      await kv.decrement("key");
      await kv.decrement("key");

      const { count, resetMs } = await kv.increment("key", 1);
      expect(count).toBe(1);
      expect(resetMs).toBeGreaterThan(50_000);
    });

    it("counts nothing where nothing was counted", async () => {
      await kv.decrement("key");

      expect((await kv.increment("key", 60_000)).count).toBe(1);
    });

    it("leaves nothing when the counter is deleted", async () => {
      await kv.increment("key", 60_000);
      await kv.delete("key");

      expect((await kv.increment("key", 60_000)).count).toBe(1);
    });
  });

  describe("a set", () => {
    it("has each member for its own time", async () => {
      await add({ short: 200, long: 60_000 });

      const { members } = await kv.changesOf("key");
      expect([...members.keys()].sort()).toEqual(["long", "short"]);
      expect(members.get("long")).toBeGreaterThan(50_000);
      await expect.poll(async () => [...(await kv.changesOf("key")).members.keys()]).toEqual(["long"]);
    });

    it("gives a member more time, but never less", async () => {
      await add({ member: 100 });
      await add({ member: 60_000 });
      await add({ member: 1 });

      expect((await kv.changesOf("key")).members.get("member")).toBeGreaterThan(50_000);
    });

    it("is empty when nobody put anything in", async () => {
      expect(await kv.changesOf("nothing")).toEqual({
        members: new Map(),
        next: undefined,
        hasMore: false,
        isFirst: true,
      });
    });

    it("tells what came since it was asked before, and nothing twice", async () => {
      await add({ one: 60_000 });
      const first = await kv.changesOf("key");
      await add({ two: 60_000, three: 60_000 });
      await add({ one: 1 });

      const second = await kv.changesOf("key", first.next);
      const third = await kv.changesOf("key", second.next);

      expect(first.isFirst).toBe(true);
      expect([[...second.members.keys()], second.isFirst, second.hasMore]).toEqual([["two", "three"], false, false]);
      expect([third.members.size, third.isFirst]).toEqual([0, false]);
    });

    it("is read page by page when it is large", async () => {
      const given = Array.from({ length: 2_500 }, (_, index) => [`member-${index}`, 60_000] as const);
      await kv.addToSet("key", new Map(given));

      const first = await kv.changesOf("key");
      const second = await kv.changesOf("key", first.next);
      const third = await kv.changesOf("key", second.next);

      const pages = [first, second, third];
      expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
      expect(pages.map(({ isFirst }) => isFirst)).toEqual([true, false, false]);
      expect(new Set(pages.flatMap(({ members }) => [...members.keys()])).size).toBe(2_500);
    });

    it("is told from the start to whoever asks for what came after something else", async () => {
      await kv.addToSet("other", new Map([["stranger", 60_000]]));
      const { next } = await kv.changesOf("other");
      await add({ one: 60_000 });

      const { members, isFirst } = await kv.changesOf("key", next);

      expect([[...members.keys()], isFirst]).toEqual([["one"], true]);
    });

    it("loses nothing when many put members in at once", async () => {
      await Promise.all(Array.from({ length: 50 }, (_, index) => add({ [`member-${index}`]: 60_000 })));

      expect((await kv.changesOf("key")).members.size).toBe(50);
    });
  });

  describe("distinct members", () => {
    it("are counted once each, in all buckets that are asked about together", async () => {
      await kv.addDistinct("name", "1", ["ada", "bob"], 60_000);
      await kv.addDistinct("name", "1", ["bob", "bob"], 60_000);
      await kv.addDistinct("name", "2", ["bob", "cleo"], 60_000);

      expect(await kv.countDistinct("name", ["1"])).toBe(2);
      expect(await kv.countDistinct("name", ["1", "2", "3"])).toBe(3);
    });

    it("of another name, or of nobody, are none", async () => {
      await kv.addDistinct("name", "1", ["ada"], 60_000);
      await kv.addDistinct("name", "2", [], 60_000);

      expect(await kv.countDistinct("other", ["1"])).toBe(0);
      expect([await kv.countDistinct("name", ["2"]), await kv.countDistinct("name", [])]).toEqual([0, 0]);
    });

    it("go with their bucket, whose time begins anew with each call", async () => {
      await kv.addDistinct("name", "1", ["ada"], 60_000);
      await kv.addDistinct("name", "1", ["bob"], 40);
      await kv.addDistinct("name", "2", ["cleo"], 60_000);

      await expect.poll(async () => kv.countDistinct("name", ["1", "2"])).toBe(1);
    });

    it("are counted to one in fifty when they are many, whoever puts them in at once", async () => {
      const names = Array.from({ length: 5_000 }, (_, index) => `member-${index}`);

      await Promise.all([
        kv.addDistinct("name", "1", names.slice(0, 3_000), 60_000),
        kv.addDistinct("name", "1", names.slice(2_000), 60_000),
        kv.addDistinct("name", "2", names.slice(1_000, 4_000), 60_000),
      ]);

      const count = await kv.countDistinct("name", ["1", "2"]);
      expect(Math.abs(count - 5_000)).toBeLessThan(100);
    });
  });

  async function add(members: Readonly<Record<string, number>>): Promise<void> {
    await kv.addToSet("key", new Map(Object.entries(members)));
  }
}
