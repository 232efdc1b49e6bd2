import { bars } from "../build/bars.ts";
import { chart } from "../build/chart.ts";
import type { Dashboard, Row } from "../build/dashboard.ts";
import { plain } from "../build/look.ts";
import { sql } from "../build/query.ts";
import { onTheRoad } from "./deliveries-now.ts";
import { deliveriesVerdicts } from "./deliveries-verdicts.ts";

const business: Row = {
  title: "Orders and money",
  panels: [
    chart({
      title: "Orders by what became of them",
      description: "Counted when it happened. Line: placed; bars: handed over, cancelled, failed.",
      after: "suite",
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(minute) AS time, sum(placed) AS placed, sum(delivered) AS delivered,
                 sum(cancelled) AS cancelled, sum(failed) AS failed
            FROM orders_by_minute
           WHERE $__timeFilter(minute)
           GROUP BY time ORDER BY time`,
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0 },
      bars: true,
      stacked: true,
      lines: ["placed"],
      colours: { placed: "calm", delivered: "good", cancelled: "warn", failed: "bad" },
      width: 12,
    }),
    chart({
      title: "Money",
      description:
        "In each currency's own unit. Line: ordered; bars: earned by a hand-over, lost by a cancellation or a failure.",
      after: "suite",
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(minute) AS time, currency, sum(placed) AS ordered, sum(delivered) AS earned, sum(lost) AS lost
            FROM revenue_by_minute
           WHERE $__timeFilter(minute)
           GROUP BY time, currency ORDER BY time`,
        ),
      ],
      look: { unit: "locale", decimals: 0, min: 0 },
      bars: true,
      stacked: true,
      lines: ["ordered"],
      colours: { ordered: "calm", earned: "good", lost: "warn" },
      width: 12,
    }),
  ],
};

const durations: Row = {
  title: "How long it takes",
  panels: [
    chart({
      title: "From order to hand-over",
      description: "Of the orders handed over at that time: half and 95 % took less.",
      after: "suite",
      queries: [
        sql(
          "timeseries",
          `
          SELECT $__timeInterval(delivered_at) AS time, quantileExact(0.5)(total_s) AS "half took less",
                 quantileExact(0.95)(total_s) AS "95 % took less"
            FROM delivery_durations
           WHERE $__timeFilter(delivered_at)
           GROUP BY time ORDER BY time`,
        ),
      ],
      look: { unit: "s", min: 0 },
      width: 8,
    }),
    bars({
      title: "Where the time goes",
      description: "The median of each step of the orders handed over within the shown time.",
      after: "suite",
      queries: [
        sql(
          "table",
          `
          SELECT pair.1 AS step, pair.2 AS seconds
            FROM (
              SELECT arrayJoin([
                       ('order to start', quantileExact(0.5)(to_dispatch_s)),
                       ('start to courier', quantileExact(0.5)(to_assign_s)),
                       ('courier to pick-up', quantileExact(0.5)(to_pick_up_s)),
                       ('pick-up to hand-over', quantileExact(0.5)(to_deliver_s))
                     ]) AS pair
                FROM delivery_durations
               WHERE $__timeFilter(delivered_at)
            )`,
        ),
      ],
      look: { unit: "s", min: 0, thresholds: plain("calm") },
      width: 8,
    }),
    bars({
      title: "Why deliveries failed",
      description:
        "By the courier's reason, within the shown time. An animal unfit to travel must not be loaded; one that died is looked into.",
      after: "suite",
      queries: [
        sql(
          "table",
          `
          SELECT reason, sum(deliveries) AS deliveries
            FROM failures_by_minute
           WHERE $__timeFilter(minute)
           GROUP BY reason ORDER BY deliveries DESC`,
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0, thresholds: plain("warn") },
      width: 8,
    }),
  ],
};

export const DELIVERIES: Dashboard = {
  uid: "deliveries",
  title: "Deliveries",
  description:
    "What a dispatcher asks: which animals are on the road and for how long, what waits, what failed and why.",
  variables: [],
  rows: [deliveriesVerdicts, onTheRoad, business, durations],
};
