import { expect } from "vitest";
import type { Outcome } from "./kill-under-load.ts";

/** Every acknowledged message is there, once; sequences have no gap; everybody without an alias has one number of their own. */
export function expectNothingLost({ acknowledged, kept }: Outcome): void {
  const keptBySequence = new Map(kept.map((message) => [message.sequence, message.text]));
  const lost = acknowledged.filter(({ sequence, text }) => keptBySequence.get(sequence) !== text);
  expect(lost).toEqual([]);
  expect(kept.map(({ sequence }) => Number(sequence))).toEqual(kept.map((_, index) => index + 1));
  expect(new Set(kept.map(({ text }) => text)).size).toBe(kept.length);

  const names = Map.groupBy(kept, ({ authorId }) => authorId);
  const aliases = [...names.values()].map((messages) => new Set(messages.map(({ authorAlias }) => authorAlias)));
  for (const each of aliases) expect(each.size).toBe(1);
  expect(new Set(aliases.flatMap((each) => [...each])).size).toBe(names.size);
}
