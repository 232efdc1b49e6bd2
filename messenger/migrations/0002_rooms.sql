-- The rooms of deliveries. Whoever has a part in one is known by their member id, as everywhere here.
create table rooms (
  delivery_id uuid        primary key,
  -- Null when the account was deleted.
  customer_id uuid,
  -- Null before a courier is assigned, and when the account was deleted.
  courier_id  uuid,
  -- Null before a courier is assigned, and when the chat is gone.
  chat_no     bigint      references chats on delete set null,
  -- When the delivery ended; null while it is under way.
  ended_at    timestamptz
);
create index rooms_of_chat on rooms (chat_no);
create index rooms_of_customer on rooms (customer_id);
create index rooms_of_courier on rooms (courier_id);
create index rooms_ended on rooms (ended_at) where ended_at is not null;

-- What the platform tells has no author, and what an erased person wrote has none any more.
alter table messages alter column author_id drop not null;
alter table messages add check (author_id is not null or author_alias = '');
create index messages_of on messages (author_id);

-- Whose account is deleted is sought in every table.
create index answers_of on answers (author_id);
create index numbers_of on numbers (member_id);
