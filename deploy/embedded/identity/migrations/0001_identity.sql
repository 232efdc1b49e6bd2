create table users (
  user_id       uuid primary key,
  username      text not null unique,
  -- Argon2id in the PHC string format.
  password_hash text not null,
  roles         text[] not null,
  created_at    timestamptz not null default now()
);

-- What oidc-provider keeps: sessions, grants, codes, refresh tokens. Rows past expires_at are purged.
create table payloads (
  model       text not null,
  id          text not null,
  payload     jsonb not null,
  grant_id    text,
  uid         text,
  consumed_at timestamptz,
  expires_at  timestamptz,
  primary key (model, id)
);
create index payloads_grant_id on payloads (grant_id) where grant_id is not null;
create index payloads_uid on payloads (model, uid) where uid is not null;
create index payloads_expires_at on payloads (expires_at);
