-- The profiles. Credentials are with the identity provider; it owns e-mail address and roles, and the profile follows.
-- Ids and addresses are compared byte by byte (collate "C"), so that prefixes and keysets walk the indexes.
create table users (
  user_id text collate "C" primary key,
  -- In lower case; empty for somebody who signs in by a name alone.
  email text collate "C" not null,
  email_verified boolean not null,
  display_name text not null,
  -- Empty when not told.
  phone text not null,
  -- Empty when not told.
  locale text not null,
  roles text[] not null,
  state text not null check (state in ('pending', 'active', 'deleting')),
  -- Counts the user's events; 0 while nobody was told of them.
  version bigint not null check (version >= 0),
  -- Counts every change of the row that its reader could see; the etag is made of it.
  revision bigint not null check (revision > 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- When the row was last known to say what the provider says; null while a change there is under way.
  followed_at timestamptz(3),
  -- The last deletion that was asked for: its saga, and why it was given up; nothing while it goes on.
  deletion_id uuid,
  deletion_refusal text,
  -- When a deletion had the person signed out: it goes forward from there.
  signed_out_at timestamptz(3)
);

-- Not unique: the ledger below says who holds an address, also while the provider and this row disagree for a moment.
create index users_by_email on users (email, user_id);
create index users_couriers on users (email, user_id) where roles @> '{courier}';
create index users_dispatchers on users (email, user_id) where roles @> '{dispatcher}';
create index users_admins on users (email, user_id) where roles @> '{admin}';
create index users_not_active on users (state, email, user_id) where state <> 'active';
create index users_unfollowed on users (user_id) where followed_at is null;

-- The one ledger of who holds an e-mail address: a sign-up under way, a user, or a user whom a sign-up is making.
create table emails (
  email text collate "C" primary key,
  sign_up_id uuid,
  user_id text collate "C",
  check (sign_up_id is not null or user_id is not null)
);

create index emails_by_sign_up on emails (sign_up_id) where sign_up_id is not null;
create index emails_by_user on emails (user_id) where user_id is not null;

-- Sign-ups, of people themselves and by admins. What is personal here is wiped when one ends.
create table sign_ups (
  sign_up_id uuid primary key,
  -- Who asked: `anonymous`, or an admin's subject.
  actor text not null,
  email text,
  display_name text,
  phone text,
  locale text,
  roles text[],
  -- Whether the person chooses a password by mail once they can sign in.
  chooses_password boolean not null,
  state text not null check (state in ('reserved', 'started', 'completed', 'failed')),
  -- The subject, once the provider made one.
  user_id text collate "C",
  saga_id uuid,
  -- Why it failed.
  reason text,
  -- SHA-256 of the token by which the caller asks how it goes on.
  pending_token_hash bytea not null unique,
  -- What the token is made of, together with the idempotency key, which is not kept; null without one.
  token_seed bytea,
  -- SHA-256 of the idempotency key; null without one.
  key_hash bytea,
  -- SHA-256 of the request's e-mail address and name, never of the password; null without a key.
  fingerprint bytea,
  created_at timestamptz(3) not null,
  ended_at timestamptz(3),
  check ((state in ('completed', 'failed')) = (ended_at is not null)),
  check (ended_at is null = (email is not null)),
  check (state not in ('started', 'completed') or user_id is not null)
);

-- A key names one sign-up, until that fails.
create unique index sign_ups_key on sign_ups (actor, key_hash) where key_hash is not null and state <> 'failed';
create index sign_ups_by_user on sign_ups (user_id) where user_id is not null;
create index sign_ups_reserved on sign_ups (created_at) where state = 'reserved';
create index sign_ups_ended on sign_ups (ended_at) where ended_at is not null;

-- The tokens that were sent by mail and not used yet.
create table mail_tokens (
  -- SHA-256 of the token.
  token_hash bytea primary key,
  purpose text not null check (purpose in ('password', 'verify', 'change')),
  user_id text collate "C" not null,
  -- Where it was sent, which is the address that its use proves.
  email text not null,
  expires_at timestamptz(3) not null
);

create index mail_tokens_by_user on mail_tokens (user_id);
create index mail_tokens_expired on mail_tokens (expires_at);

-- Mails to be written and sent. The token in a mail is made when it is sent and stands nowhere here; a row goes with its mail.
create table mails (
  mail_id uuid primary key,
  kind text not null check (kind in ('choose_password', 'reset_password', 'verify_email', 'change_email',
                                     'password_changed', 'email_changed')),
  -- Null for a reset, where the address alone is known.
  user_id text collate "C",
  email text not null,
  created_at timestamptz(3) not null,
  attempts integer not null default 0,
  -- When it is to be tried, again.
  due_at timestamptz(3) not null
);

create index mails_due on mails (due_at);
create index mails_by_user on mails (user_id);

-- How often something was done about somebody since `since`; whom is kept as a hash.
create table attempts (
  kind text not null,
  subject_hash bytea not null,
  since timestamptz(3) not null,
  count integer not null,
  primary key (kind, subject_hash)
);

create index attempts_since on attempts (since);

-- Who was erased, for as long as a request that began before might bring their profile back.
create table erasures (
  user_id text collate "C" primary key,
  erased_at timestamptz(3) not null
);

create index erasures_erased on erasures (erased_at);
