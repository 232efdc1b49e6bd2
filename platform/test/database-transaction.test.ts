import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isCheckViolation, isUniqueViolation } from "@animal-delivery/platform/db/violations";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { countCrates, cratesDatabase, insertCrate } from "./crates-database.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await cratesDatabase();
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from crates");
});

describe("a transaction", () => {
  it("shows nothing to others before its commit, and runs its effects after it", async () => {
    const seen: unknown[] = [];

    await db.transaction(async (tx) => {
      tx.afterCommit(() => seen.push("effect"));
      await insertCrate(tx, "a", 1);
      seen.push(await countCrates(db));
    });

    expect(seen).toEqual([0, "effect"]);
    expect(await countCrates(db)).toBe(1);
  });

  it("leaves nothing, and no effect, when its work throws", async () => {
    const effects: string[] = [];

    const outcome = db.transaction(async (tx) => {
      tx.afterCommit(() => effects.push("effect"));
      await insertCrate(tx, "a", 1);
      throw new Error("no room");
    });

    await expect(outcome).rejects.toThrow("no room");
    expect(effects).toEqual([]);
    expect(await countCrates(db)).toBe(0);
  });

  it("is an error when Postgres answers COMMIT with ROLLBACK", async () => {
    const effects: string[] = [];

    const outcome = db.transaction(async (tx) => {
      tx.afterCommit(() => effects.push("effect"));
      await insertCrate(tx, "a", 1);
      await insertCrate(tx, "a", 1).catch(() => undefined);
    });

    await expect(outcome).rejects.toThrow("the transaction ended with ROLLBACK");
    expect(effects).toEqual([]);
    expect(await countCrates(db)).toBe(0);
  });

  it("runs statements sent at once one after the other", async () => {
    await db.transaction(async (tx) => {
      await Promise.all(["a", "b", "c"].map((crateId) => insertCrate(tx, crateId, 1)));
    });

    expect(await countCrates(db)).toBe(3);
  });

  it("refuses a statement after its end", async () => {
    const tx = await db.transaction((open) => Promise.resolve(open));

    await expect(insertCrate(tx, "late", 1)).rejects.toThrow("came after the end of its transaction");
  });

  it("hands constraint violations on as they are", async () => {
    await insertCrate(db, "a", 1);

    const twice = await insertCrate(db, "a", 1).catch((error: unknown) => error);
    const empty = await insertCrate(db, "b", 0).catch((error: unknown) => error);

    expect(isUniqueViolation(twice, "crates_pkey")).toBe(true);
    expect(isUniqueViolation(twice, "another")).toBe(false);
    expect(isCheckViolation(empty)).toBe(true);
    expect(isCheckViolation(twice)).toBe(false);
  });

  it("gives up a lock after the lock timeout, as unavailable", async () => {
    await insertCrate(db, "a", 1);

    await db.transaction(async (tx) => {
      await tx.query("lock", "select from crates where crate_id = 'a' for update");
      const other = db.query("change", "update crates set animals = 2");
      await expect(other).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
    });
  });
});
