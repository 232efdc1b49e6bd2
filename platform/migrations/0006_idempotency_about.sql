-- The person whose data a stored answer holds, when it was given to somebody else: a dispatcher, a service. Answers to the
-- person are found by their actor.
alter table idempotency add column about text;
create index idempotency_about on idempotency (about) where about is not null;
