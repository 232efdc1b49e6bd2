-- A part of the topic whose events keep their order, by the key's hash: what the bus does not take of one waits while others
-- go on. Null in rows that are older than this column.
alter table outbox add column lane smallint;
