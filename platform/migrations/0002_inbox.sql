-- The events each consumer has dealt with: delivery is at least once, effects are exactly once.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  seen_at timestamptz not null default now(),
  primary key (consumer, event_id)
);

create index inbox_seen on inbox (seen_at);

-- How far each consumer is with each aggregate.
create table inbox_heads (
  consumer text not null,
  aggregate_id text not null,
  -- The last version whose effect happened; 0 when none did.
  version bigint not null,
  -- While it is, later events of the aggregate wait in inbox_parked, so that order is kept.
  parked boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (consumer, aggregate_id)
)
with (fillfactor = 80);

create index inbox_heads_updated on inbox_heads (updated_at) where not parked;

-- Events whose effect failed for good, and those that wait behind them. A replay takes them in order and removes them.
create table inbox_parked (
  consumer text not null,
  aggregate_id text not null,
  aggregate_version bigint not null,
  event_id uuid not null,
  event_type text not null,
  topic text not null,
  partition int not null,
  -- "offset" is a reserved word.
  record_offset bigint not null,
  value bytea not null,
  headers jsonb not null,
  -- Why its effect failed; null for an event that only waits behind such a one.
  cause text,
  parked_at timestamptz not null default now(),
  primary key (consumer, aggregate_id, aggregate_version, event_id)
);
