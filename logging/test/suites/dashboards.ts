// What dashboards read, over a real ClickHouse in which everything was stored twice.
import { randomUUID } from "node:crypto";
import type { DescMessage } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import {
  CourierAssignedSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import {
  OrderCancellationRequestedSchema,
  OrderCancelledSchema,
  OrderCreatedSchema,
  OrderDeliveredSchema,
  OrderDispatchedSchema,
  OrderFailedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { eventRecord, logRecord } from "../event-records.ts";
import type { GivenBatch } from "../replaying-bus.ts";
import type { TestEngines } from "../test-engines.ts";
import { type TestLogging, testLogging } from "../test-logging.ts";

const REFRESHABLE = ["order_facts", "event_counts", "log_counts"];

/** The start of a minute two hours ago, in ms. */
const START = Math.floor(Date.now() / 60_000) * 60_000 - 2 * 3_600_000;

const ORDERS = {
  delivered: randomUUID(),
  failed: randomUUID(),
  cancelled: randomUUID(),
  underWay: randomUUID(),
  cancelling: randomUUID(),
  placed: randomUUID(),
};
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

let logging: TestLogging;

export function dashboardsSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
    // Doubled rows stay doubled in the tables.
    for (const table of ["events", "logs"]) await logging.clickhouse.command({ query: `system stop merges ${table}` });
    await logging.store(...givenBatches());
    await refresh();
  });
  afterAll(() => logging[Symbol.asyncDispose]());

  describe("the views for dashboards", () => {
    it("tell how far each order came", async () => {
      const facts = await rows(`select order_id, status, delivery_status from order_facts`);

      expect(new Map(facts.map((fact) => [fact.order_id, [fact.status, fact.delivery_status]]))).toEqual(
        new Map([
          [ORDERS.delivered, ["delivered", "delivered"]],
          [ORDERS.failed, ["failed", "failed"]],
          [ORDERS.cancelled, ["cancelled", ""]],
          [ORDERS.underWay, ["dispatched", "picked_up"]],
          [ORDERS.cancelling, ["cancelling", "pending"]],
          [ORDERS.placed, ["placed", ""]],
        ]),
      );
    });

    it("keep what an order costs, how many animals it has and where its trace is", async () => {
      const query = `select total_minor, total, currency, animals, trace_id from order_facts where order_id = '${ORDERS.delivered}'`;

      expect(await rows(query)).toEqual([
        { total_minor: 12_345, total: 123.45, currency: "EUR", animals: 3, trace_id: TRACE_ID },
      ]);
    });

    it("count each step of an order in its minute", async () => {
      expect(await rows("select * except minute from orders_by_minute order by minute")).toEqual([
        { placed: 6, dispatched: 0, delivered: 0, cancelled: 0, failed: 0 },
        { placed: 0, dispatched: 4, delivered: 0, cancelled: 1, failed: 0 },
        { placed: 0, dispatched: 0, delivered: 1, cancelled: 0, failed: 1 },
      ]);
    });

    it("add money up by currency, in its own unit", async () => {
      const query = `select currency, sum(orders) as orders, sum(placed) as placed, sum(delivered) as delivered, sum(lost) as lost
                       from revenue_by_minute group by currency order by currency`;

      expect(await rows(query)).toEqual([
        { currency: "EUR", orders: 5, placed: 163.45, delivered: 123.45, lost: 20 },
        { currency: "JPY", orders: 1, placed: 700, delivered: 0, lost: 0 },
      ]);
    });

    it("tell how long a delivery took, step by step", async () => {
      expect(
        await rows("select * except (order_id, delivery_id, trace_id, delivered_at) from delivery_durations"),
      ).toEqual([
        { to_dispatch_s: 60, to_assign_s: 10, to_pick_up_s: 30, to_deliver_s: 140, delivery_s: 180, total_s: 240 },
      ]);
    });

    it("count the deliveries under way, none of a status too", async () => {
      const open = await rows("select status, deliveries, oldest_s > 3600 as old from open_deliveries order by status");

      expect(open).toEqual([
        { status: "assigned", deliveries: 0, old: 0 },
        { status: "pending", deliveries: 1, old: 1 },
        { status: "picked_up", deliveries: 1, old: 1 },
      ]);
    });

    it("tell why deliveries failed", async () => {
      expect(await rows("select reason, deliveries from failures_by_minute")).toEqual([
        { reason: "animal_unfit", deliveries: 1 },
      ]);
    });

    it("count events by type and lines by service and level", async () => {
      expect(
        await rows("select sum(events) as events from event_counts where type = 'orders.v1.OrderCreated'"),
      ).toEqual([{ events: 6 }]);
      expect(
        await rows("select service, lines, errors, warnings, error_ratio from error_rates order by service"),
      ).toEqual([
        { service: "delivery", lines: 1, errors: 0, warnings: 0, error_ratio: 0 },
        { service: "orders", lines: 4, errors: 1, warnings: 2, error_ratio: 0.25 },
      ]);
    });

    it("say how old they are", async () => {
      expect(await rows("select view, age_s < 60 as fresh, exception from view_freshness order by view")).toEqual(
        REFRESHABLE.toSorted().map((view) => ({ view, fresh: 1, exception: "" })),
      );
    });

    it("give the same numbers after everything was stored once more", async () => {
      const views = [...REFRESHABLE, "orders_by_minute", "revenue_by_minute", "delivery_durations", "error_rates"];
      const all = () => Promise.all(views.map((view) => rows(`select * from ${view} order by all`)));
      const before = await all();

      await logging.store(...givenBatches());
      await refresh();

      expect(await rows("select count() > 3 * uniqExact(event_id) as doubled from events")).toEqual([{ doubled: 1 }]);
      expect(await all()).toEqual(before);
    });
  });
}

let batches: readonly GivenBatch[] | undefined;

/** One order of each kind, and some lines; the same ids whenever asked. */
function givenBatches(): readonly GivenBatch[] {
  batches ??= [
    {
      topic: "orders.events",
      partition: 0,
      records: [
        ...Object.values(ORDERS).map((orderId) => placed(orderId)),
        ...["delivered", "failed", "underWay", "cancelling"].map((name) =>
          step(OrderDispatchedSchema, ORDERS[name as keyof typeof ORDERS], 60),
        ),
        step(OrderCancelledSchema, ORDERS.cancelled, 61),
        step(OrderCancellationRequestedSchema, ORDERS.cancelling, 90),
        step(OrderDeliveredSchema, ORDERS.delivered, 241),
        step(OrderFailedSchema, ORDERS.failed, 242),
      ],
    },
    {
      topic: "delivery.events",
      partition: 0,
      records: [
        ...["delivered", "failed", "underWay", "cancelling"].map((name) =>
          step(DeliveryStartedSchema, ORDERS[name as keyof typeof ORDERS], 60),
        ),
        step(CourierAssignedSchema, ORDERS.delivered, 70),
        step(CourierAssignedSchema, ORDERS.underWay, 70),
        step(DeliveryPickedUpSchema, ORDERS.delivered, 100),
        step(DeliveryPickedUpSchema, ORDERS.underWay, 100),
        step(DeliveryCompletedSchema, ORDERS.delivered, 240),
        step(DeliveryFailedSchema, ORDERS.failed, 240, { reason: FailureReason.ANIMAL_UNFIT }),
      ],
    },
    {
      topic: "logs",
      partition: 0,
      records: ["error", "warn", "warn", "info"]
        .map((level, n) => ({ level, service: "orders", message: `line ${n}`, timestamp: timeAt(n).toISOString() }))
        .concat({ level: "info", service: "delivery", message: "line", timestamp: timeAt(9).toISOString() })
        .map((line, n) => logRecord(line, BigInt(n))),
    },
  ];
  return batches;
}

function placed(orderId: string) {
  const isFirst = orderId === ORDERS.delivered;
  const isYen = orderId === ORDERS.placed;
  const message = {
    orderId,
    items: isFirst
      ? [
          { productId: "a", quantity: 1 },
          { productId: "b", quantity: 2 },
        ]
      : [{ productId: "a", quantity: 1 }],
    totalMinor: isFirst ? 12_345n : isYen ? 700n : 1_000n,
    currency: isYen ? "JPY" : "EUR",
  };
  const trace = isFirst ? { traceId: TRACE_ID } : {};
  return eventRecord({ schema: OrderCreatedSchema, message, aggregateId: orderId, occurredAt: timeAt(0), ...trace });
}

/** What happened to an order so many seconds after it was placed. */
function step(schema: DescMessage, orderId: string, seconds: number, more: Record<string, unknown> = {}) {
  return eventRecord({ schema, message: { orderId, ...more }, aggregateId: orderId, occurredAt: timeAt(seconds) });
}

function timeAt(seconds: number): Date {
  return new Date(START + seconds * 1_000);
}

/** Has the engine rebuild the views now rather than in its own time. */
async function refresh(): Promise<void> {
  for (const view of REFRESHABLE) {
    await logging.clickhouse.command({ query: `system refresh view ${view}` });
    await logging.clickhouse.command({ query: `system wait view ${view}` });
  }
}

async function rows(query: string): Promise<Record<string, unknown>[]> {
  const result = await logging.clickhouse.query({
    query,
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json();
}
