-- What writing requests with an idempotency key were answered. The row is written in the transaction of the effect, so a
-- refusal leaves none; a twin of a running request waits on the primary key.
create table idempotency (
  actor text not null,
  method text not null,
  key text not null,
  -- SHA-256 of the request.
  fingerprint bytea not null,
  -- The response message in protobuf's binary form; null only inside the transaction that answers.
  response bytea,
  expires_at timestamptz not null,
  primary key (actor, method, key)
);

create index idempotency_expires on idempotency (expires_at);
