import { inspect } from "node:util";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Group, groups } from "./chat-store-model/command.ts";
import { explain, type Played } from "./chat-store-model/explain.ts";
import { Cast, HALF_HOUR_MS, play } from "./chat-store-model/play.ts";
import { newWorld, pass, type World } from "./chat-store-model/world.ts";
import type { StoreUnderTest } from "./chat-store/under-test.ts";

/**
 * Whatever a few people do in a few chats, some of it at once and from two openings: the store answers as if it had done one thing
 * after the other, each by the rules.
 */
export function chatStoreModel(at: () => StoreUnderTest, { runs }: { readonly runs: number }): void {
  it("answers as one thing after the other would be answered by the rules", { timeout: 600_000 }, async () => {
    const property = fc.asyncProperty(groups, async (story) => tell(at(), story));

    const { failed, errorInstance, seed } = await fc.check(property, { numRuns: runs });

    expect(failed, `${String(errorInstance)}\nseed ${seed}`).toBe(false);
  });
}

/** @throws {Error} that tells everything up to the first answers that no order explains. */
async function tell(under: StoreUnderTest, story: readonly Group[]): Promise<void> {
  const openings = [under.store, await under.beside()] as const;
  const cast = new Cast();
  const told: string[] = [];
  let worlds: World[] = [newWorld()];
  for (const { halfHours, commands } of story) {
    await under.advance(halfHours * HALF_HOUR_MS);
    for (const world of worlds) pass(world, halfHours);
    const played: Played[] = await Promise.all(
      commands.map(async (command, index) => {
        const answer = await play(openings[index % 2 === 0 ? 0 : 1], cast, command);
        return { command, answer };
      }),
    );
    told.push(...lines(halfHours, played));
    worlds = explain(worlds, played);
    if (worlds.length === 0) throw new Error(`no order of the last group explains its answers:\n${told.join("\n")}`);
  }
}

function lines(halfHours: number, played: readonly Played[]): string[] {
  const time = halfHours > 0 ? [`${halfHours} half hours pass`] : [];
  const calls = played.map(({ command: { op, ...rest }, answer }) => `${op} ${print(rest)} -> ${print(answer)}`);
  return calls.length > 1 ? [...time, `at once: ${calls.join("\n         ")}`] : [...time, ...calls];
}

function print(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 5 });
}
