import type { Interval, StatisticsRange } from "../domain/statistics-range.ts";
import type { Reader } from "./reader.ts";

/** What happened in one interval. */
export interface StatisticsBucket {
  readonly startsAt: Date;
  readonly ordersCreated: bigint;
  readonly ordersCancelled: bigint;
  readonly deliveriesStarted: bigint;
  readonly deliveriesCompleted: bigint;
  readonly deliveriesFailed: bigint;
  readonly deliveriesCancelled: bigint;
  /** From start to hand-over; 0 when none was completed. */
  readonly deliveryMsP50: number;
  readonly deliveryMsP95: number;
}

interface BucketRow {
  readonly starts_at: string;
  readonly orders_created: string;
  readonly orders_cancelled: string;
  readonly deliveries_started: string;
  readonly deliveries_completed: string;
  readonly deliveries_failed: string;
  readonly deliveries_cancelled: string;
  readonly delivery_ms: [string, string];
}

const START_OF = {
  minute: "toStartOfMinute",
  hour: "toStartOfHour",
  day: "toStartOfDay",
} as const satisfies Record<Interval, string>;

/** Lists the buckets of a range that hold anything, by time. A delivery's duration counts where it was completed. */
export async function listStatistics(
  reader: Reader,
  { interval, from, to }: StatisticsRange,
): Promise<StatisticsBucket[]> {
  const rows = await reader.rows<BucketRow>("listStatistics", statisticsQuery(interval), {
    from_ms: from.getTime(),
    to_ms: to.getTime(),
  });
  return rows.map(fromRow);
}

function statisticsQuery(interval: Interval): string {
  return `
    with
      counted as (
        select type, aggregate_id, occurred_at
          from stored_events
         where occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           and occurred_at < fromUnixTimestamp64Milli({to_ms:Int64})
           and type in ('orders.v1.OrderCreated', 'orders.v1.OrderCancelled', 'delivery.v1.DeliveryStarted',
                        'delivery.v1.DeliveryCompleted', 'delivery.v1.DeliveryFailed', 'delivery.v1.DeliveryCancelled')
      ),
      started as (
        select aggregate_id, min(occurred_at) as started_at
          from stored_events
         where type = 'delivery.v1.DeliveryStarted'
           and aggregate_id in (select aggregate_id from counted where type = 'delivery.v1.DeliveryCompleted')
         group by aggregate_id
      )
    select toUnixTimestamp(${START_OF[interval]}(counted.occurred_at)) as starts_at,
           countIf(type = 'orders.v1.OrderCreated') as orders_created,
           countIf(type = 'orders.v1.OrderCancelled') as orders_cancelled,
           countIf(type = 'delivery.v1.DeliveryStarted') as deliveries_started,
           countIf(type = 'delivery.v1.DeliveryCompleted') as deliveries_completed,
           countIf(type = 'delivery.v1.DeliveryFailed') as deliveries_failed,
           countIf(type = 'delivery.v1.DeliveryCancelled') as deliveries_cancelled,
           quantilesExactIf(0.5, 0.95)(
             dateDiff('millisecond', started.started_at, counted.occurred_at),
             type = 'delivery.v1.DeliveryCompleted' and started.aggregate_id != ''
           ) as delivery_ms
      from counted
      left join started on started.aggregate_id = counted.aggregate_id
     group by starts_at
     order by starts_at`;
}

function fromRow(row: BucketRow): StatisticsBucket {
  return {
    startsAt: new Date(Number(row.starts_at) * 1_000),
    ordersCreated: BigInt(row.orders_created),
    ordersCancelled: BigInt(row.orders_cancelled),
    deliveriesStarted: BigInt(row.deliveries_started),
    deliveriesCompleted: BigInt(row.deliveries_completed),
    deliveriesFailed: BigInt(row.deliveries_failed),
    deliveriesCancelled: BigInt(row.deliveries_cancelled),
    deliveryMsP50: Number(row.delivery_ms[0]),
    deliveryMsP95: Number(row.delivery_ms[1]),
  };
}
