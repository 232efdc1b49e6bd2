-- ListDeliveries of one status: the few that are pending lie anywhere among all there ever were.
create index deliveries_status_newest on deliveries (status, started_at desc, delivery_id desc);
