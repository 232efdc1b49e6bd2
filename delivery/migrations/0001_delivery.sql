-- Couriers: people who carry animals. courier_id is the person's subject.
create table couriers (
  courier_id    text        primary key,
  display_name  text        not null,
  availability  text        not null check (availability in ('off_duty', 'available')),
  registered_at timestamptz not null,
  -- Counts the courier's events, without a gap.
  version       bigint      not null check (version >= 1)
);

-- Deliveries: one row each, with what the courier must know of the order as it was when the delivery took it.
create table deliveries (
  delivery_id    uuid        primary key,
  order_id       uuid        not null unique,
  customer_id    text        not null,
  courier_id     text        references couriers,
  status         text        not null
    check (status in ('pending', 'assigned', 'picked_up', 'delivered', 'failed', 'cancelled')),
  pickup         jsonb       not null,
  drop_off       jsonb       not null,
  recipient      jsonb       not null,
  note           text        not null,
  cargo          jsonb       not null,
  failure_reason text,
  started_at     timestamptz not null,
  updated_at     timestamptz not null,
  finished_at    timestamptz,
  -- Counts the delivery's events, without a gap.
  version        bigint      not null check (version >= 1),
  -- The seq of the newest row in delivery_changes. Whoever changes it holds the row's lock, so there is no gap.
  change_seq     bigint      not null check (change_seq >= 1),
  -- The highest device sequence stored; null before the first position and after the purge.
  last_sequence  bigint,
  check ((status = 'failed') = (failure_reason is not null)),
  check ((status in ('delivered', 'failed', 'cancelled')) = (finished_at is not null)),
  check (status not in ('assigned', 'picked_up', 'delivered') or courier_id is not null)
);

-- A courier carries one live delivery at a time.
create unique index deliveries_courier_live on deliveries (courier_id) where status in ('assigned', 'picked_up');

create index deliveries_newest on deliveries (started_at desc, delivery_id desc);
create index deliveries_customer_newest on deliveries (customer_id, started_at desc, delivery_id desc);
create index deliveries_courier_newest on deliveries (courier_id, started_at desc, delivery_id desc);
create index deliveries_positions_kept on deliveries (finished_at) where last_sequence is not null;

-- Each status a delivery had: who, when, why.
create table delivery_history (
  delivery_id uuid        not null references deliveries,
  -- The delivery's version at this step.
  version     bigint      not null,
  status      text        not null,
  actor       text        not null,
  reason      text        not null,
  changed_at  timestamptz not null,
  primary key (delivery_id, version)
);

-- Where a courier's device was, by the device's own count.
create table positions (
  delivery_id     uuid             not null references deliveries,
  device_sequence bigint           not null check (device_sequence >= 1),
  device_time     timestamptz      not null,
  latitude        double precision not null check (latitude between -90 and 90),
  longitude       double precision not null check (longitude between -180 and 180),
  primary key (delivery_id, device_sequence)
);

-- What a delivery's streams tell, in order: each row points at a step of the history or at a position that was the newest.
create table delivery_changes (
  delivery_id     uuid   not null,
  seq             bigint not null,
  history_version bigint,
  device_sequence bigint,
  primary key (delivery_id, seq),
  check (num_nonnulls(history_version, device_sequence) = 1),
  foreign key (delivery_id, history_version) references delivery_history (delivery_id, version),
  foreign key (delivery_id, device_sequence) references positions (delivery_id, device_sequence) on delete cascade
);
-- The purge of positions takes their changes along by this index.
create index delivery_changes_position on delivery_changes (delivery_id, device_sequence)
  where device_sequence is not null;
