-- Every event of every topic, as it arrived. The bus delivers at least once and an insert may be repeated, so rows may be
-- doubled: rows of one event are equal, and the engine merges them in its own time.
-- The newest first is what is asked most, so time leads the key; ids are found through the skipping indexes.
create table if not exists events
(
    event_id UUID,
    type LowCardinality(String),
    aggregate_id String codec (ZSTD),
    aggregate_version Int64,
    occurred_at DateTime64(3, 'UTC') codec (Delta, ZSTD),
    correlation_id String codec (ZSTD),
    trace_id String codec (ZSTD),
    -- The order that the event speaks of; empty when none.
    order_id String codec (ZSTD),
    topic LowCardinality(String),
    -- The event's message as JSON; {"base64": "..."} for a type that was not known when it came.
    payload String codec (ZSTD(3)),
    index events_by_aggregate aggregate_id type bloom_filter(0.01) granularity 1,
    index events_by_order order_id type bloom_filter(0.01) granularity 1,
    index events_by_correlation correlation_id type bloom_filter(0.01) granularity 1,
    index events_by_trace trace_id type bloom_filter(0.01) granularity 1,
    index events_by_type type type set(64) granularity 4
)
engine = ReplacingMergeTree
partition by toYYYYMM(occurred_at)
order by (occurred_at, event_id)
ttl toDateTime(occurred_at) + interval 2 year
settings ttl_only_drop_parts = 1;

-- What users are told: each event once, however often it was stored.
create view if not exists stored_events as
select event_id, type, aggregate_id, aggregate_version, occurred_at, correlation_id, trace_id, order_id, topic, payload
from events final;
