import { DomainError } from "@animal-delivery/platform/errors";

/** The widths of a bucket, in ms. */
export const INTERVAL_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export type Interval = keyof typeof INTERVAL_MS;

/** The most buckets of one answer. */
export const BUCKETS_MAX = 1_000;

/** What to count: events from `from` on and before `to`. */
export interface StatisticsRange {
  readonly interval: Interval;
  /** The start of a bucket, in UTC. */
  readonly from: Date;
  readonly to: Date;
}

/**
 * The range asked for, with what was left out filled in: from 24 hours ago until now.
 *
 * @throws {DomainError} invalid STATISTICS_TOO_FINE.
 */
export function statisticsRange(
  interval: Interval,
  from: Date | undefined,
  to: Date | undefined,
  now: Date,
): StatisticsRange {
  const width = INTERVAL_MS[interval];
  const wanted = from?.getTime() ?? now.getTime() - INTERVAL_MS.day;
  // Buckets are aligned to 1970-01-01T00:00:00Z, as ClickHouse's toStartOf functions are in UTC.
  const start = Math.floor(wanted / width) * width;
  const end = to?.getTime() ?? now.getTime();
  if ((end - start) / width > BUCKETS_MAX) throw statisticsTooFine(interval);
  return { interval, from: new Date(start), to: new Date(end) };
}

function statisticsTooFine(interval: Interval): DomainError {
  const message = `more than ${BUCKETS_MAX} buckets lie between from and to`;
  return new DomainError("invalid", "STATISTICS_TOO_FINE", message, { interval, buckets_max: String(BUCKETS_MAX) });
}
