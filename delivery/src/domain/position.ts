/** Where a courier's device was. Personal data: never in events or logs. */
export interface Position {
  /** The device's own count of its positions of one delivery, from 1. Says which position is newer. */
  readonly deviceSequence: bigint;
  /** The device's clock: shown, never compared. */
  readonly deviceTime: Date;
  /** Degrees, WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
}

/** The highest device sequence of some; undefined of none. */
export function highestSequence(sequences: readonly bigint[]): bigint | undefined {
  return sequences.reduce<bigint | undefined>(
    (high, next) => (high === undefined || next > high ? next : high),
    undefined,
  );
}
