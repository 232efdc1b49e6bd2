-- The catalogue. A product that left it keeps its row (deleted_at): orders refer to it.
create table products (
  product_id uuid primary key,
  title text not null,
  species text not null check (species in ('dog', 'cat', 'ferret', 'rabbit', 'rodent', 'bird', 'reptile', 'fish')),
  breed text not null,
  sex text not null check (sex in ('unknown', 'female', 'male')),
  age_weeks_min integer not null check (age_weeks_min >= 0),
  age_weeks_max integer not null,
  weight_grams integer not null check (weight_grams > 0),
  price_minor bigint not null check (price_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  stock integer not null constraint products_stock_not_negative check (stock >= 0),
  -- Counts the product's events.
  version bigint not null check (version > 0),
  -- Counts every change of the row, stock that orders take included; the etag is made of it.
  revision bigint not null check (revision > 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  check (age_weeks_max >= age_weeks_min)
) with (fillfactor = 70); -- Room for new versions of a row on its own page: each order changes stock.

-- ListProducts walks one of these in order; a text in the title filters the rows it meets.
create index products_by_title on products (title, product_id) where deleted_at is null;
create index products_by_species on products (species, title, product_id) where deleted_at is null;

-- Addresses, the recipient and the note are personal data and stand nowhere else; they and the animal of an item are
-- snapshots, read whole and never searched, hence jsonb.
create table orders (
  order_id uuid primary key,
  customer_id text not null,
  status text not null
    check (status in ('placed', 'dispatched', 'cancelling', 'in_transit', 'delivered', 'cancelled', 'failed')),
  total_minor bigint not null check (total_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  pickup jsonb not null,
  drop_off jsonb not null,
  recipient jsonb not null,
  note text not null,
  cancellation_outcome text check (cancellation_outcome in ('requested', 'granted', 'refused')),
  cancellation_reason text,
  cancellation_requested_at timestamptz(3),
  cancellation_decided_at timestamptz(3),
  delivery_id uuid,
  placed_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- Counts the order's events.
  version bigint not null check (version > 0),
  check ((cancellation_outcome is null) = (cancellation_reason is null)),
  check ((cancellation_outcome is null) = (cancellation_requested_at is null)),
  check ((cancellation_decided_at is not null) = (cancellation_outcome is not null and cancellation_outcome <> 'requested'))
);

-- ListOrders: a customer's own, everybody's, everybody's with one status.
create index orders_by_customer on orders (customer_id, placed_at desc, order_id desc);
create index orders_by_time on orders (placed_at desc, order_id desc);
create index orders_by_status on orders (status, placed_at desc, order_id desc);

create table order_items (
  order_id uuid not null references orders on delete cascade,
  position smallint not null,
  product_id uuid not null references products,
  title text not null,
  animal jsonb not null,
  unit_price_minor bigint not null check (unit_price_minor >= 0),
  quantity integer not null check (quantity > 0),
  primary key (order_id, position),
  unique (order_id, product_id)
);

-- Each status an order had: which, who caused it, why, when.
create table order_history (
  order_id uuid not null references orders on delete cascade,
  -- The order's version with this status; orders the rows.
  version bigint not null,
  status text not null
    check (status in ('placed', 'dispatched', 'cancelling', 'in_transit', 'delivered', 'cancelled', 'failed')),
  actor text not null,
  reason text not null,
  changed_at timestamptz(3) not null,
  primary key (order_id, version)
);
