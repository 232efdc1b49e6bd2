-- Everybody is known here by their member id, which follows from the key they came with; the key itself stands nowhere.

-- How many places are taken. Whoever changes that locks the row first, so limits hold also when many come at once.
create table places (
  kind  text   primary key check (kind in ('sessions', 'chats')),
  taken bigint not null default 0 check (taken >= 0)
);
insert into places (kind) values ('sessions'), ('chats');

create table sessions (
  member_id  uuid           primary key,
  alias      text,
  created_at timestamptz(3) not null
);

create table chats (
  chat_no         bigint         generated always as identity primary key,
  -- Null once the chat is over and takes no place: nobody finds it, and the sweep takes what is left of it.
  chat_id         uuid           unique,
  owner_id        uuid           not null,
  owner_alias     text           not null,
  title           text           not null,
  history_size    int            not null check (history_size > 0),
  is_read_only    boolean        not null,
  is_private      boolean        not null,
  created_at      timestamptz(3) not null,
  -- Null while it lives on. The chat is over from then on, whoever has noticed.
  expires_at      timestamptz(3),
  last_sequence   bigint         not null default 0,
  -- Null before the first message.
  last_sent_at    timestamptz(3),
  -- How many of its messages came with an idempotency key.
  keys_taken      bigint         not null default 0,
  -- How many got a number, because they had no alias.
  numbers_taken   int            not null default 0,
  -- Whether a member without an alias is called as they were when they came in.
  names_members   boolean        not null default false,
  -- Another one whenever somebody was put out. Begins with the time, so that those who follow a former chat of this id are looked at
  -- again.
  access_version  bigint         not null default extract(epoch from clock_timestamp()) * 1000
)
-- Each message changes its chat's row: there is room for the next versions beside it, and no index is touched.
with (fillfactor = 50);

-- The sweep: what expires next, and what is over.
create index chats_by_expiry on chats (expires_at) where chat_id is not null and expires_at is not null;
create index chats_over on chats (chat_no) where chat_id is null;

-- Chats whose time is over, for a day.
create table expired_chats (
  chat_id    uuid           primary key,
  expired_at timestamptz(3) not null
);
create index expired_chats_by_time on expired_chats (expired_at);

-- The chat's creator among them.
create table members (
  chat_no   bigint         not null references chats on delete cascade,
  member_id uuid           not null,
  -- The chat's, for the order of ListMyChats.
  chat_id   uuid           not null,
  alias     text           not null,
  joined_at timestamptz(3) not null check (joined_at > '-infinity'),
  primary key (chat_no, member_id)
);
-- Every row is in these, but whoever does not say so is not led here: Postgres takes most chats to have few members, and would look
-- for one among all ten thousand of a chat.
create index members_by_time on members (chat_no, joined_at, member_id) where joined_at > '-infinity';
create index members_newest on members (member_id, joined_at desc, chat_id desc) where joined_at > '-infinity';

create table join_requests (
  chat_no   bigint         not null references chats on delete cascade,
  member_id uuid           not null,
  alias     text           not null,
  asked_at  timestamptz(3) not null check (asked_at > '-infinity'),
  primary key (chat_no, member_id)
);
create index join_requests_by_time on join_requests (chat_no, asked_at, member_id) where asked_at > '-infinity';
create index join_requests_of on join_requests (member_id) where asked_at > '-infinity';

-- Who is which "Аноним #N" of a chat; they stay that when they leave and come back.
create table numbers (
  chat_no   bigint not null references chats on delete cascade,
  number    int    not null check (number > 0),
  member_id uuid   not null,
  primary key (chat_no, number),
  unique (chat_no, member_id)
);

-- What a chat keeps: its newest messages, without a gap, `history_size` of them at the most.
create table messages (
  chat_no      bigint         not null references chats on delete cascade,
  sequence     bigint         not null check (sequence > 0),
  text         text           not null,
  author_id    uuid           not null,
  author_alias text           not null,
  sent_at      timestamptz(3) not null,
  primary key (chat_no, sequence)
);

-- What messages with an idempotency key were answered: the newest thousand of a chat, for a day, whatever its history keeps.
create table answers (
  chat_no         bigint         not null references chats on delete cascade,
  -- Its place among the messages of the chat that came with a key.
  key_no          bigint         not null,
  author_id       uuid           not null,
  idempotency_key text           not null,
  sequence        bigint         not null,
  -- Of its text: whoever repeats it brings it along.
  digest          bytea          not null,
  author_alias    text           not null,
  sent_at         timestamptz(3) not null,
  primary key (chat_no, key_no),
  unique (chat_no, author_id, idempotency_key)
);
create index answers_by_time on answers (sent_at);

-- People whose account is being deleted, or was: nothing of theirs is taken any more, since their tokens outlive it. A row stays
-- for ever; it names somebody whom nobody knows any more.
create table closed_people (
  member_id uuid        primary key,
  closed_at timestamptz not null
);

-- The database's clock in whole milliseconds, so that what is stored is what is told. Tests shift it.
create function now_ms(shift_ms bigint) returns timestamptz
language sql volatile
return date_trunc('milliseconds', clock_timestamp() + shift_ms * interval '1 ms');

-- What becomes of a draft.
create type appended as (
  is_read_only boolean,
  is_private   boolean,
  -- `gone` for somebody whose account is being deleted, or was.
  standing     text,
  -- Null, as all that follows, when the speaker may not write.
  sequence     bigint,
  text         text,
  author_alias text,
  sent_at      timestamptz
);

-- Writes drafts to one chat, in their order, and drops what the history has no room for. Answers one row for each draft; none
-- at all when there is no such chat. It is here because a chat has one writer at a time, from the lock to the commit: each statement
-- from outside would add a journey to that.
create function append_messages(
  of_chat_id uuid, shift_ms bigint, keys_max int, remembered_ms bigint,
  author_ids uuid[], aliases text[], texts text[], idempotency_keys text[]
) returns setof appended
language plpgsql
as $$
declare
  chat         chats;
  before       chats;
  now_at       timestamptz;
  draft        record;
  answer       answers;
  told         appended;
  member_alias text;
  alias_no     int;
begin
  select * into chat from chats where chat_id = of_chat_id for no key update;
  -- After the wait for the row.
  now_at := now_ms(shift_ms);
  if chat.chat_no is null or chat.expires_at <= now_at then return; end if;
  before := chat;
  chat.last_sent_at := greatest(now_at, chat.last_sent_at);

  for draft in
    select * from unnest(author_ids, aliases, texts, idempotency_keys) as d (author_id, alias, text, idempotency_key)
  loop
    told := row(chat.is_read_only, chat.is_private, 'stranger', null, null, null, null);
    -- Held to the commit: who closes somebody's door waits for what they are writing, and what comes later sees it closed.
    perform pg_advisory_xact_lock_shared(hashtextextended(draft.author_id::text, 0));
    if exists (select from closed_people where member_id = draft.author_id) then
      told.standing := 'gone';
      return next told;
      continue;
    end if;
    if draft.author_id = chat.owner_id then
      told.standing := 'creator';
    else
      select alias into member_alias from members where chat_no = chat.chat_no and member_id = draft.author_id;
      if found then told.standing := 'member'; end if;
    end if;
    -- As `assertMayWrite`, which refuses whoever is passed over here.
    if told.standing <> 'creator' and (chat.is_read_only or chat.is_private and told.standing <> 'member') then
      return next told;
      continue;
    end if;

    select * into answer
      from answers
     where chat_no = chat.chat_no and author_id = draft.author_id and idempotency_key = draft.idempotency_key;
    if answer.key_no > chat.keys_taken - keys_max and answer.sent_at > now_at - remembered_ms * interval '1 ms' then
      told.sequence := answer.sequence;
      -- Null for another text.
      told.text := case when answer.digest = sha256(convert_to(draft.text, 'UTF8')) then draft.text end;
      told.author_alias := answer.author_alias;
      told.sent_at := answer.sent_at;
      return next told;
      continue;
    end if;

    told.author_alias := draft.alias;
    if draft.alias is null and chat.names_members and told.standing = 'member' then
      told.author_alias := member_alias;
    elsif draft.alias is null then
      select number into alias_no from numbers where chat_no = chat.chat_no and member_id = draft.author_id;
      if not found then
        chat.numbers_taken := chat.numbers_taken + 1;
        alias_no := chat.numbers_taken;
        insert into numbers (chat_no, number, member_id) values (chat.chat_no, alias_no, draft.author_id);
      end if;
      -- As `anonymousName`.
      told.author_alias := 'Аноним #' || alias_no;
    end if;

    chat.last_sequence := chat.last_sequence + 1;
    told.sequence := chat.last_sequence;
    told.text := draft.text;
    told.sent_at := chat.last_sent_at;
    insert into messages (chat_no, sequence, text, author_id, author_alias, sent_at)
    values (chat.chat_no, told.sequence, told.text, draft.author_id, told.author_alias, told.sent_at);
    return next told;

    continue when draft.idempotency_key is null;
    chat.keys_taken := chat.keys_taken + 1;
    insert into answers (chat_no, key_no, author_id, idempotency_key, sequence, digest, author_alias, sent_at)
    values (chat.chat_no, chat.keys_taken, draft.author_id, draft.idempotency_key,
            told.sequence, sha256(convert_to(told.text, 'UTF8')), told.author_alias, told.sent_at)
    -- Its key is there, but forgotten.
    on conflict (chat_no, author_id, idempotency_key) do update
       set key_no = excluded.key_no, sequence = excluded.sequence, digest = excluded.digest,
           author_alias = excluded.author_alias, sent_at = excluded.sent_at;
  end loop;

  if chat.last_sequence = before.last_sequence then return; end if;
  update chats
     set last_sequence = chat.last_sequence, last_sent_at = chat.last_sent_at, keys_taken = chat.keys_taken,
         numbers_taken = chat.numbers_taken
   where chat_no = chat.chat_no;
  -- Both ends are named: a search from the beginning of the chat would meet all that was dropped and not yet vacuumed.
  delete from messages
   where chat_no = chat.chat_no
     and sequence > before.last_sequence - chat.history_size and sequence <= chat.last_sequence - chat.history_size;
  delete from answers
   where chat_no = chat.chat_no
     and key_no > before.keys_taken - keys_max and key_no <= chat.keys_taken - keys_max;
end
$$;
