-- Events that wait for the relay, or that it has published. Written in the transaction of the change they tell of.
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null unique,
  topic text not null,
  key text not null,
  value bytea not null,
  headers jsonb not null,
  created_at timestamptz not null default now(),
  -- When the bus acknowledged it.
  sent_at timestamptz,
  -- When the relay gave it up because the bus can never take it, and why.
  parked_at timestamptz,
  cause text
)
-- Each row is updated once and deleted once; without frequent vacuums the index below fills with dead entries.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

-- The relay reads by this, never by "position above the last": a lower id may commit later.
create index outbox_unsent on outbox (id) where sent_at is null and parked_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;
