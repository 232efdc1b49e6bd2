-- Customers who place no more orders: their account is being deleted, or was. The row of a deleted one stays for ever, since
-- their tokens outlive them; it names a subject that nobody has any more.
create table closed_customers (
  customer_id text primary key,
  closed_at timestamptz(3) not null
);

-- When the order lost what it held of its customer; null while it holds it.
alter table orders add column anonymised_at timestamptz(3);

-- A person's words in the histories of orders, their own or others'. Most steps have none, those of a new order among them.
create index order_history_words on order_history (actor) where reason <> '';
