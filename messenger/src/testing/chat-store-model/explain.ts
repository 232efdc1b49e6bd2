import { isDeepStrictEqual } from "node:util";
import type { Command } from "./command.ts";
import { apply } from "./model.ts";
import { type Answer, copyOf, type World } from "./world.ts";

/** What was asked, and what it was answered. */
export interface Played {
  readonly command: Command;
  readonly answer: Answer;
}

/**
 * Where a world may be after commands that came at once and were answered so: at the end of each order of them, one after the
 * other, in which the model gives these answers. In none, when no order explains them.
 */
export function explain(worlds: readonly World[], played: readonly Played[]): World[] {
  const ends = new Map<string, World>();
  const search = (world: World, left: readonly Played[]): void => {
    if (left.length === 0) ends.set(JSON.stringify(world), world);
    for (const next of left) {
      const after = copyOf(world);
      if (!isDeepStrictEqual(apply(after, next.command), next.answer)) continue;
      const others = left.filter((each) => each !== next);
      search(after, others);
    }
  };
  for (const world of worlds) search(world, played);
  return [...ends.values()];
}
