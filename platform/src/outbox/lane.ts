import { partitionOf } from "../bus/partition-of.ts";

/** A lane is one partition, or a part of one, of topics with so many partitions or 6, 4, 3, 2, 1. */
const LANES = 12;

/** A part of a topic whose events keep their order among themselves: all of a key are in one. */
export interface Lane {
  readonly topic: string;
  readonly lane: number;
}

export function laneOf(key: string): number {
  return partitionOf(key, LANES);
}

/** A lane as text, by which SQL knows it too. */
export function laneName({ topic, lane }: Lane): string {
  return `${topic}/${lane}`;
}
