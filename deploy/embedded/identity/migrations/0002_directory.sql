-- A subject is a text to everybody else.
alter table users
  alter column user_id type text,
  add column email          text check (email = lower(email)),
  add column email_verified boolean not null default false,
  add column enabled        boolean not null default true,
  -- The sign-up that made the user, for one who came by it.
  add column sign_up_id     text,
  -- One who was made without a password chooses it later.
  alter column password_hash drop not null;

-- What somebody may type to sign in, in lower case: name and e-mail address of a person, and of nobody else.
create table sign_in_names (
  name    text primary key check (name = lower(name)),
  user_id text not null references users on delete cascade
);
create index sign_in_names_user_id on sign_in_names (user_id);

-- The users that every such platform has.
update users
   set email = username || '@animal-delivery.example', email_verified = true
 where user_id ~ '^[a-d]0000000-0000-4000-8000-00000000000[12]$';
insert into sign_in_names (name, user_id)
     select lower(username), user_id from users
      union
     select email, user_id from users where email is not null;

create index users_email on users (email);
create index users_disabled on users (created_at) where not enabled and sign_up_id is not null;

-- Whose session, grant or token it is.
alter table payloads
  add column account_id text generated always as (payload ->> 'accountId') stored;
create index payloads_account_id on payloads (account_id) where account_id is not null;
