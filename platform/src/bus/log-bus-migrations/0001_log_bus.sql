-- The event bus of the one-process start: a durable log with topics, partitions and consumer groups.
create table topics (
  topic text primary key,
  partitions int not null check (partitions > 0),
  retention_ms bigint not null,
  retention_bytes bigint
);

-- The ends of each partition. A publisher locks its row until the commit, so the order of offsets is the order of commits.
create table partitions (
  topic text not null references topics,
  partition int not null,
  first_offset bigint not null default 0,
  next_offset bigint not null default 0,
  -- Bytes ever appended.
  next_byte bigint not null default 0,
  primary key (topic, partition)
)
with (fillfactor = 50);

create table records (
  topic text not null,
  partition int not null,
  -- "offset" is a reserved word.
  record_offset bigint not null,
  key text not null,
  value bytea not null,
  headers jsonb not null,
  appended_at timestamptz not null default clock_timestamp(),
  -- Bytes ever appended to the partition, this record included: what retention by size goes by.
  end_byte bigint not null,
  primary key (topic, partition, record_offset)
)
with (autovacuum_vacuum_scale_factor = 0.05);

-- Who consumes. A member holds the session advisory lock of its id, so its death shows at once; a member that hangs shows
-- by its lease.
create table members (
  group_id text not null,
  member_id int not null,
  topics text[] not null,
  alive_until timestamptz not null,
  -- Its handler does not answer; it gets no partitions until it does.
  stuck boolean not null default false,
  primary key (group_id, member_id)
);

-- How far each group is with each partition, and which member reads it.
create table assignments (
  group_id text not null,
  topic text not null,
  partition int not null,
  -- The first record not committed.
  next_offset bigint not null default 0,
  member_id int,
  -- Counts the hand-overs: a commit of an older generation is refused.
  generation bigint not null default 0,
  primary key (group_id, topic, partition)
)
with (fillfactor = 50);
