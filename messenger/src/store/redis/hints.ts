import type { Cluster, Redis } from "ioredis";
import type { RunCommand } from "@animal-delivery/platform/redis/observe-commands";
import type { Call } from "./call.ts";
import { type HintsKind, keyOfHints } from "./keys.ts";
import { pairsOf, type Row } from "./rows.ts";

/** A step happens so soon after its hint, or not at all; a reader leaves a hint alone that leads nowhere and is younger than twice that. */
const ACT_MS = 30_000;
export const YOUNG_MS = 2 * ACT_MS;

/** Hints read at a time, at most. */
const PAGE_MAX = 200;

/** That somebody is perhaps in a chat, or has asked to be; the chat knows. */
export interface Hint {
  readonly kind: HintsKind;
  readonly chatId: string;
  /** Since when, in milliseconds since 1970. */
  readonly at: number;
}

export interface Noted {
  /** Until when the step may happen that the hint is for. */
  readonly until: number;
  readonly now: number;
  /** One of the hints, by chance. */
  readonly some: Hint | undefined;
}

/**
 * Where to look for the chats of somebody. A hint stands before what it leads to, so that nobody ends in a chat that is not found; one
 * that leads nowhere is dropped by whoever comes across it.
 */
export interface Hints {
  note(memberId: string, kind: HintsKind, chatId: string): Promise<Noted>;
  put(memberId: string, hint: Hint): Promise<void>;
  /**
   * Drops the hint to a chat if it was noted before a time, so that a step that is done meanwhile keeps its own, and if it is so old.
   */
  drop(memberId: string, kind: HintsKind, chatId: string, before: number, ageMs?: number): Promise<void>;
  /** As many as somebody has. */
  all(memberId: string, kind: HintsKind): Promise<readonly Hint[]>;
  /** From a time on back, a page at a time; equal times by id, the greatest first. */
  newestFirst(
    memberId: string,
    kind: HintsKind,
    from: number | undefined,
    pageSize: number,
  ): AsyncGenerator<readonly Hint[]>;
}

export function createHints(client: Redis | Cluster, run: RunCommand, call: Call): Hints {
  const newestFirst: Hints["newestFirst"] = async function* (memberId, kind, from, pageSize) {
    const key = keyOfHints(memberId, kind);
    const count = Math.min(pageSize, PAGE_MAX);
    let time = from === undefined ? "+inf" : String(from);
    /** Those of that time that were read already. */
    let offset = 0;
    for (;;) {
      const row = await run("read_hints", () =>
        client.zrange(key, time, "-inf", "BYSCORE", "REV", "LIMIT", offset, count, "WITHSCORES"),
      );
      const page = hintsOf(kind, row);
      yield page;
      const last = page.at(-1);
      if (!last || page.length < count) return;
      const ofThatTime = page.filter(({ at }) => at === last.at).length;
      offset = String(last.at) === time ? offset + ofThatTime : ofThatTime;
      time = String(last.at);
    }
  };

  return {
    async note(memberId, kind, chatId) {
      const [now, ...some] = await call("noteHint", [keyOfHints(memberId, kind)], chatId);
      return { now: Number(now), until: Number(now) + ACT_MS, some: hintsOf(kind, some)[0] };
    },
    put: async (memberId, { kind, chatId, at }) =>
      void (await run("put_hint", () => client.zadd(keyOfHints(memberId, kind), at, chatId))),
    drop: async (memberId, kind, chatId, before, ageMs = 0) =>
      void (await call("dropHint", [keyOfHints(memberId, kind)], chatId, before, ageMs)),
    all: async (memberId, kind) => (await Array.fromAsync(newestFirst(memberId, kind, undefined, PAGE_MAX))).flat(),
    newestFirst,
  };
}

function hintsOf(kind: HintsKind, row: Row): Hint[] {
  return pairsOf(row).map(([chatId, at]) => ({ kind, chatId, at }));
}
