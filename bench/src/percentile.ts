/** The value below which `share` (0 to 1) of the values lie; NaN without values. Does not change `values`. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[index] ?? Number.NaN;
}

/** The middle value; NaN without values. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** How far the values lie apart: (largest - smallest) / median. 0 means that every round agreed. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}
