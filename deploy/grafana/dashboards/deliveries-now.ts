import { dashboardUrl, type Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { sql } from "../build/query.ts";
import { stat } from "../build/stat.ts";
import { table } from "../build/table.ts";

const HOUR = 3600;
const TIMELINE = dashboardUrl("explorer", "var-order=${__data.fields.Order}");

export const onTheRoad: Row = {
  title: "Now",
  panels: [
    table({
      title: "Animals on board",
      description:
        "Journeys that go on, the longest first; orange from 8 h on, red from 9 h on. Click an order for its events.",
      after: { mayBeEmpty: "nobody may be on the road" },
      queries: [
        sql(
          "table",
          `
          SELECT order_id, animals, picked_up_at, dateDiff('second', picked_up_at, now64(3)) AS on_board_s
            FROM order_facts
           WHERE delivery_status = 'picked_up'
           ORDER BY on_board_s DESC
           LIMIT 100`,
        ),
      ],
      columns: [
        { field: "order_id", title: "Order", links: [{ title: "Its events", url: TIMELINE }] },
        { field: "animals", title: "Animals", width: 70 },
        { field: "picked_up_at", title: "Picked up", width: 160 },
        {
          field: "on_board_s",
          title: "On board for",
          unit: "s",
          decimals: 1,
          width: 105,
          thresholds: rising(8 * HOUR, 9 * HOUR),
        },
      ],
      noValue: "Nobody is on the road",
      width: 12,
      height: 7,
    }),
    table({
      title: "Waiting",
      description:
        "Deliveries without a courier or not picked up yet, the oldest first. Click an order for its events.",
      after: { mayBeEmpty: "nothing may wait" },
      queries: [
        sql(
          "table",
          `
          SELECT order_id, if(delivery_status = 'pending', 'a courier', 'pick-up') AS waits_for,
                 dateDiff('second', coalesce(assigned_at, dispatched_at, placed_at), now64(3)) AS waits_s
            FROM order_facts
           WHERE delivery_status IN ('pending', 'assigned')
           ORDER BY waits_s DESC
           LIMIT 100`,
        ),
      ],
      columns: [
        { field: "order_id", title: "Order", links: [{ title: "Its events", url: TIMELINE }] },
        { field: "waits_for", title: "Waits for", width: 80 },
        { field: "waits_s", title: "For", unit: "s", decimals: 1, width: 90, thresholds: rising(HOUR / 2, 2 * HOUR) },
      ],
      noValue: "Nothing waits",
      width: 8,
      height: 7,
    }),
    stat({
      title: "Open deliveries",
      description: "Without a courier, with one, and with the animal on board.",
      after: { mayBeZero: "nothing may be open" },
      queries: [
        sql(
          "table",
          `
          SELECT sumIf(deliveries, status = 'pending') AS "no courier", sumIf(deliveries, status = 'assigned') AS "courier assigned",
                 sumIf(deliveries, status = 'picked_up') AS "on board"
            FROM open_deliveries`,
        ),
      ],
      look: { unit: "short", decimals: 0 },
      graph: false,
      below: true,
      width: 4,
      height: 7,
    }),
  ],
};
