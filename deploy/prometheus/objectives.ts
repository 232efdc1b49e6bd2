/** A promise about the public API, and how much of it may be broken. */
export interface Objective {
  readonly slo: string;
  /** The share of requests that must be good. */
  readonly objective: number;
  /** Requests that were good, per second over a window. */
  readonly good: (window: string) => string;
  /** All requests, per second over a window. */
  readonly total: (window: string) => string;
}

/** The bound of a histogram bucket, as Prometheus knows it: other bounds cannot be asked for. */
const FAST_S = "0.2";

/** The promises of the brief (M11) that the gateway can be measured by. */
export const OBJECTIVES: readonly Objective[] = [
  // Requests are answered, and not by a 5xx.
  {
    slo: "availability",
    objective: 0.999,
    good: (window) => `sum(rate(http_requests_total{status!~"5.."}[${window}]))`,
    total: (window) => `sum(rate(http_requests_total[${window}]))`,
  },
  // Requests are answered within 200 ms.
  {
    slo: "latency",
    objective: 0.95,
    good: (window) => `sum(rate(http_request_duration_seconds_bucket{le="${FAST_S}"}[${window}]))`,
    total: (window) => `sum(rate(http_request_duration_seconds_count[${window}]))`,
  },
];

/** A pair of windows that must both burn: the long one says that it matters, the short one that it still goes on. */
export interface BurnAlert {
  readonly name: string;
  readonly severity: "page" | "ticket";
  readonly long: string;
  readonly short: string;
  /** How many times faster than the budget of 30 days allows. */
  readonly factor: number;
}

/** Google's SRE workbook, chapter 5: 2 % of the month's budget in 1 h, 5 % in 6 h, 10 % in 1 d, 10 % in 3 d. */
export const BURN_ALERTS: readonly BurnAlert[] = [
  { name: "BudgetBurnsInHours", severity: "page", long: "1h", short: "5m", factor: 14.4 },
  { name: "BudgetBurnsInDays", severity: "page", long: "6h", short: "30m", factor: 6 },
  { name: "BudgetShrinks", severity: "ticket", long: "1d", short: "2h", factor: 3 },
  { name: "BudgetShrinksSlowly", severity: "ticket", long: "3d", short: "6h", factor: 1 },
];

/** Every window that an alert looks at. */
export const WINDOWS: readonly string[] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
