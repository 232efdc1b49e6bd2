import type { Transaction } from "@animal-delivery/platform/db/database";

type Kind = "sessions" | "chats";

/**
 * How many places are taken. Until the transaction ends nobody else takes or frees any, so the last one is taken once. To be locked
 * before any chat, and those of sessions before those of chats.
 */
export async function lockPlaces(tx: Transaction, kind: Kind): Promise<number> {
  const { rows } = await tx.query<{ taken: string }>(
    "lock_places",
    "select taken from places where kind = $1 for no key update",
    [kind],
  );
  return Number(rows[0]?.taken);
}

/** Takes so many more, or frees them when the count is negative. The caller has locked them. */
export async function takePlaces(tx: Transaction, kind: Kind, count: number): Promise<void> {
  await tx.query("take_places", "update places set taken = taken + $2 where kind = $1", [kind, count]);
}
