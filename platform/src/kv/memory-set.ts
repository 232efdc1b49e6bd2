import { randomUUID } from "node:crypto";
import type { SetChanges } from "./key-value-store.ts";

interface Member {
  /** Milliseconds of the clock. */
  readonly expiresAt: number;
  /** How many members had been put in before. */
  readonly version: number;
}

/** A set of the store in memory. */
export interface MemorySet {
  add(members: ReadonlyMap<string, number>): void;
  changes(since: string | undefined): SetChanges;
  /** Drops what expired; whether anything is left. */
  sweep(): boolean;
}

const PAGE = 1_000;

export function createMemorySet(now: () => number): MemorySet {
  const epoch = randomUUID();
  let version = 0;
  /** In the order of versions. */
  const members = new Map<string, Member>();

  const add = (name: string, expiresAt: number): void => {
    if ((members.get(name)?.expiresAt ?? 0) >= expiresAt) return;
    members.delete(name);
    members.set(name, { expiresAt, version: ++version });
  };
  const versionIn = (cursor = ""): number | undefined => {
    const [of, at] = cursor.split(":");
    return of === epoch ? Number(at) : undefined;
  };

  return {
    add: (added) => added.forEach((ttlMs, name) => add(name, now() + ttlMs)),
    changes(since) {
      const known = versionIn(since);
      const newer = [...members].filter(([, member]) => member.version > (known ?? 0)).slice(0, PAGE);
      const hasMore = newer.length === PAGE;
      const live = newer.map(([name, { expiresAt }]) => [name, expiresAt - now()] as const);
      return {
        members: new Map(live.filter(([, leftMs]) => leftMs > 0)),
        next: `${epoch}:${hasMore ? newer.at(-1)?.[1].version : version}`,
        hasMore,
        isFirst: known === undefined,
      };
    },
    sweep() {
      for (const [name, { expiresAt }] of members) if (expiresAt <= now()) members.delete(name);
      return members.size > 0;
    },
  };
}
