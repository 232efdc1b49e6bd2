-- A note's title and content are personal data and stand nowhere else.
create table notes (
  note_id uuid primary key,
  owner_id text not null,
  title text not null,
  content text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- Null while the note is not in the bin.
  deleted_at timestamptz(3),
  -- Counts the note's events, and so every change of the row; the etag is made of it.
  version bigint not null check (version > 0)
);

-- ListNotes walks one of these; a text filters the rows it meets, which are one owner's.
create index notes_by_owner on notes (owner_id, created_at desc, note_id desc) where deleted_at is null;
create index notes_in_bin_by_owner on notes (owner_id, created_at desc, note_id desc) where deleted_at is not null;

-- All notes of one owner: to count them, and to erase them.
create index notes_of_owner on notes (owner_id, note_id);

-- The purge of the bin, the oldest first.
create index notes_in_bin on notes (deleted_at) where deleted_at is not null;

-- Whose notes were erased: no note of theirs is written any more.
create table closed_owners (
  owner_id text primary key,
  closed_at timestamptz(3) not null
);
