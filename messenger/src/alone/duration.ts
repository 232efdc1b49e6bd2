const UNITS_MS = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const;

const DURATION = /^(\d{1,9})([mhd])$/;

/** The milliseconds of a duration with its unit: minutes, hours or days, `90m`, `12h`, `30d`. NaN for what is none. */
export function msOf(duration: string): number {
  const [, count, unit] = DURATION.exec(duration) ?? [];
  return unit === undefined ? NaN : Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
