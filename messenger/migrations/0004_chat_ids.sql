-- What the ids of chats follow from besides their creator and idempotency key, which others may know or guess.
create table chat_id_secret (
  is_only boolean primary key default true check (is_only),
  secret  text    not null
);
insert into chat_id_secret (secret) values (gen_random_uuid() || '-' || gen_random_uuid());
