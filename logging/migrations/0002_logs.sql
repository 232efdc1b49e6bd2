-- The log lines of every service. A line is known by its place on the bus.
create table if not exists logs
(
    logged_at DateTime64(3, 'UTC') codec (Delta, ZSTD),
    service LowCardinality(String),
    -- The numbers are those of logging.v1.LogLevel.
    level Enum8('debug' = 1, 'info' = 2, 'warn' = 3, 'error' = 4),
    message String codec (ZSTD),
    trace_id String codec (ZSTD),
    span_id String codec (ZSTD),
    request_id String codec (ZSTD),
    correlation_id String codec (ZSTD),
    -- The line's other fields as a JSON object.
    fields String codec (ZSTD(3)),
    topic LowCardinality(String),
    topic_partition UInt32,
    topic_offset Int64 codec (Delta, ZSTD),
    index logs_by_trace trace_id type bloom_filter(0.01) granularity 1,
    index logs_by_request request_id type bloom_filter(0.01) granularity 1,
    index logs_by_service service type set(64) granularity 4,
    index logs_by_level level type set(4) granularity 1
)
engine = ReplacingMergeTree
partition by toDate(logged_at)
order by (logged_at, topic, topic_partition, topic_offset)
ttl toDateTime(logged_at) + interval 30 day
settings ttl_only_drop_parts = 1;

create view if not exists stored_logs as
select logged_at, service, level, message, trace_id, span_id, request_id, correlation_id, fields, topic,
    topic_partition, topic_offset
from logs final;
