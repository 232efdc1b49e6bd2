-- Records of event topics that are no events: kept as they came, so that nothing is lost and consumption goes on.
create table if not exists unreadable_records
(
    topic LowCardinality(String),
    topic_partition UInt32,
    topic_offset Int64,
    arrived_at DateTime64(3, 'UTC'),
    record_key String,
    -- The record's value in base64.
    value String codec (ZSTD),
    reason String
)
engine = ReplacingMergeTree
order by (topic, topic_partition, topic_offset, arrived_at)
ttl toDateTime(arrived_at) + interval 2 year;
