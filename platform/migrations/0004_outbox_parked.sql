-- The purge looks for events parked long ago, and operators for those that are parked: few rows of many.
create index outbox_parked on outbox (parked_at) where parked_at is not null;
