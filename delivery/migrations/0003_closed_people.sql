-- People who get no delivery any more: their account is being deleted, or was. The row of a deleted one stays for ever, since
-- their tokens outlive them; it names a subject that nobody has any more.
create table closed_people (
  person_id text        primary key,
  closed_at timestamptz not null
);

-- When the delivery lost what it held of its customer, and of its courier; null while it holds it.
alter table deliveries add column customer_anonymised_at timestamptz;
alter table deliveries add column courier_anonymised_at timestamptz;

-- When the courier's profile went. The row stays without a name, because deliveries refer to it; nobody is shown it.
alter table couriers add column erased_at timestamptz;

-- A person's words in the histories of deliveries, whosever those are. Most steps have none.
create index delivery_history_words on delivery_history (actor) where reason <> '';
