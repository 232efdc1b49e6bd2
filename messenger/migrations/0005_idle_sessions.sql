-- When each session was made or used last, give or take an hour. Where sessions belong to accounts nobody notes it, and none ends.
alter table sessions add column used_at timestamptz(3) not null default now();
create index sessions_by_use on sessions (used_at);
