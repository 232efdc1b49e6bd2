-- What is somebody's is told to them, the newest first.
create index messages_newest on messages (author_id, sent_at desc) where author_id is not null;
drop index messages_of;
create index join_requests_newest on join_requests (member_id, asked_at desc) where asked_at > '-infinity';
drop index join_requests_of;
