import type { Participant } from "../domain/chat.ts";

/** Where a list goes on: after the item with this time and this id. */
export interface ListPosition {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

/** The order of lists, for `sort`: by the times, and equal times by the ids. */
export function comparePositions(a: ListPosition, b: ListPosition): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

export function positionOf({ since, memberId }: Participant): ListPosition {
  return { at: since.getTime(), id: memberId };
}
