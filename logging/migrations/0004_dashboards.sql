-- What dashboards read (ADR 0028). The three refreshable views are rebuilt whole from the views that tell each thing once, and
-- swapped in at once, so a batch that was stored twice changes no number. The next rebuild begins so long after the last one
-- ended: a slow engine rebuilds more seldom. How long is configured; see src/store/apply-settings.ts.

-- One row for each order placed in the last 31 days: how far it came, when, and what it costs.
create materialized view if not exists order_facts
refresh after 15 second
(
    order_id String,
    delivery_id String,
    -- The trace in which the order was placed.
    trace_id String,
    -- As in orders.v1.OrderStatus.
    status LowCardinality(String),
    -- As in delivery.v1.DeliveryStatus; empty before there is a delivery.
    delivery_status LowCardinality(String),
    currency LowCardinality(String),
    total_minor Int64,
    -- In the currency's own unit.
    total Float64,
    animals UInt32,
    -- As in delivery.v1.FailureReason; empty unless the delivery failed.
    failure_reason LowCardinality(String),
    placed_at DateTime64(3, 'UTC'),
    dispatched_at Nullable(DateTime64(3, 'UTC')),
    assigned_at Nullable(DateTime64(3, 'UTC')),
    picked_up_at Nullable(DateTime64(3, 'UTC')),
    delivered_at Nullable(DateTime64(3, 'UTC')),
    cancelled_at Nullable(DateTime64(3, 'UTC')),
    failed_at Nullable(DateTime64(3, 'UTC'))
)
engine = MergeTree
order by (placed_at, order_id)
as
with
    anyIf(payload, type = 'orders.v1.OrderCreated') as placed,
    anyIf(payload, type = 'delivery.v1.DeliveryFailed') as failed,
    countIf(type = 'orders.v1.OrderCancellationRequested') > countIf(type = 'orders.v1.OrderCancellationRefused') as cancelling
select
    order_id,
    anyIf(aggregate_id, type = 'delivery.v1.DeliveryStarted') as delivery_id,
    anyIf(events.trace_id, type = 'orders.v1.OrderCreated') as trace_id,
    multiIf(
        countIf(type = 'orders.v1.OrderDelivered') > 0, 'delivered',
        countIf(type = 'orders.v1.OrderFailed') > 0, 'failed',
        countIf(type = 'orders.v1.OrderCancelled') > 0, 'cancelled',
        countIf(type = 'orders.v1.OrderTransitStarted') > 0, 'in_transit',
        cancelling, 'cancelling',
        countIf(type = 'orders.v1.OrderDispatched') > 0, 'dispatched',
        'placed'
    ) as status,
    multiIf(
        countIf(type = 'delivery.v1.DeliveryCompleted') > 0, 'delivered',
        countIf(type = 'delivery.v1.DeliveryFailed') > 0, 'failed',
        countIf(type = 'delivery.v1.DeliveryCancelled') > 0, 'cancelled',
        countIf(type = 'delivery.v1.DeliveryPickedUp') > 0, 'picked_up',
        countIf(type = 'delivery.v1.CourierAssigned') > 0, 'assigned',
        countIf(type = 'delivery.v1.DeliveryStarted') > 0, 'pending',
        ''
    ) as delivery_status,
    JSONExtractString(placed, 'currency') as currency,
    JSONExtractInt(placed, 'total_minor') as total_minor,
    -- ISO 4217: the currencies that have no minor unit, or thousandths.
    total_minor / multiIf(
        currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'), 1,
        currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'), 1000,
        100
    ) as total,
    arraySum(JSONExtract(placed, 'items', 'Array(Tuple(quantity UInt32))').quantity) as animals,
    lower(replaceOne(JSONExtractString(failed, 'reason'), 'FAILURE_REASON_', '')) as failure_reason,
    minIf(occurred_at, type = 'orders.v1.OrderCreated') as placed_at,
    minOrNullIf(occurred_at, type = 'delivery.v1.DeliveryStarted') as dispatched_at,
    minOrNullIf(occurred_at, type = 'delivery.v1.CourierAssigned') as assigned_at,
    minOrNullIf(occurred_at, type = 'delivery.v1.DeliveryPickedUp') as picked_up_at,
    minOrNullIf(occurred_at, type = 'delivery.v1.DeliveryCompleted') as delivered_at,
    minOrNullIf(occurred_at, type = 'orders.v1.OrderCancelled') as cancelled_at,
    minOrNullIf(occurred_at, type = 'delivery.v1.DeliveryFailed') as failed_at
from stored_events as events
where occurred_at >= now() - interval 31 day and order_id != ''
group by order_id
having placed != ''
settings do_not_merge_across_partitions_select_final = 1, max_threads = 2;

-- How many events of each type happened in each minute of the last 31 days.
create materialized view if not exists event_counts
refresh after 15 second
(
    minute DateTime('UTC'),
    type LowCardinality(String),
    topic LowCardinality(String),
    events UInt64
)
engine = MergeTree
order by (minute, type)
as
select toStartOfMinute(occurred_at) as minute, type, topic, count() as events
from stored_events
where occurred_at >= now() - interval 31 day
group by minute, type, topic
settings do_not_merge_across_partitions_select_final = 1, max_threads = 2;

-- How many lines of each level each service wrote in each minute of the last seven days.
create materialized view if not exists log_counts
refresh after 15 second
(
    minute DateTime('UTC'),
    service LowCardinality(String),
    level Enum8('debug' = 1, 'info' = 2, 'warn' = 3, 'error' = 4),
    lines UInt64
)
engine = MergeTree
order by (minute, service, level)
as
select toStartOfMinute(logged_at) as minute, service, level, count() as lines
from stored_logs
where logged_at >= now() - interval 7 day
group by minute, service, level
settings do_not_merge_across_partitions_select_final = 1, max_threads = 2;

-- Each step of an order in the minute in which it happened.
create view if not exists orders_by_minute as
select
    toStartOfMinute(assumeNotNull(step.2)) as minute,
    countIf(step.1 = 'placed') as placed,
    countIf(step.1 = 'dispatched') as dispatched,
    countIf(step.1 = 'delivered') as delivered,
    countIf(step.1 = 'cancelled') as cancelled,
    countIf(step.1 = 'failed') as failed
from
(
    select arrayJoin([
        ('placed', toNullable(placed_at)),
        ('dispatched', dispatched_at),
        ('delivered', delivered_at),
        ('cancelled', cancelled_at),
        ('failed', failed_at)
    ]) as step
    from order_facts
)
where step.2 is not null
group by minute;

-- Money in the minute in which the order was placed, handed over, or lost: cancelled or failed.
create view if not exists revenue_by_minute as
select
    toStartOfMinute(assumeNotNull(step.2)) as minute,
    currency,
    round(sumIf(total, step.1 = 'placed'), 3) as placed,
    round(sumIf(total, step.1 = 'delivered'), 3) as delivered,
    round(sumIf(total, step.1 = 'lost'), 3) as lost,
    countIf(step.1 = 'placed') as orders
from
(
    select currency, total, arrayJoin([
        ('placed', toNullable(placed_at)),
        ('delivered', delivered_at),
        ('lost', coalesce(cancelled_at, failed_at))
    ]) as step
    from order_facts
)
where step.2 is not null
group by minute, currency;

-- How long each step of a finished delivery took, in seconds; null when the step was not seen.
create view if not exists delivery_durations as
select
    order_id,
    delivery_id,
    trace_id,
    assumeNotNull(facts.delivered_at) as delivered_at,
    dateDiff('millisecond', placed_at, dispatched_at) / 1000 as to_dispatch_s,
    dateDiff('millisecond', dispatched_at, assigned_at) / 1000 as to_assign_s,
    dateDiff('millisecond', assigned_at, picked_up_at) / 1000 as to_pick_up_s,
    dateDiff('millisecond', picked_up_at, facts.delivered_at) / 1000 as to_deliver_s,
    dateDiff('millisecond', dispatched_at, facts.delivered_at) / 1000 as delivery_s,
    dateDiff('millisecond', placed_at, facts.delivered_at) / 1000 as total_s
from order_facts as facts
where facts.delivered_at is not null;

-- How many deliveries are under way, and since when the oldest of each status; a row for each status, zero or not.
create view if not exists open_deliveries as
select
    wanted.status as status,
    countIf(order_id != '') as deliveries,
    ifNull(maxOrNullIf(dateDiff('millisecond', dispatched_at, now64(3)), order_id != ''), 0) / 1000 as oldest_s
from (select arrayJoin(['pending', 'assigned', 'picked_up']) as status) as wanted
left join order_facts on order_facts.delivery_status = wanted.status
group by status;

-- Why deliveries failed. With it comes what events tell of the animals' welfare: unfit to travel, died on the way.
create view if not exists failures_by_minute as
select toStartOfMinute(assumeNotNull(failed_at)) as minute, failure_reason as reason, count() as deliveries
from order_facts
where failed_at is not null
group by minute, reason;

-- Which part of each service's lines tells of an error.
create view if not exists error_rates as
select
    minute,
    service,
    sum(counts.lines) as lines,
    sumIf(counts.lines, level = 'error') as errors,
    sumIf(counts.lines, level = 'warn') as warnings,
    errors / lines as error_ratio
from log_counts as counts
group by minute, service;

-- How old the refreshable views of the database in use are, and what went wrong last time.
create view if not exists view_freshness as
select
    view,
    last_success_time as refreshed_at,
    dateDiff('second', last_success_time, now()) as age_s,
    status,
    exception,
    last_success_duration_ms as duration_ms,
    written_rows as rows
from system.view_refreshes
where database = currentDatabase();
