-- An event that the bus can never take holds back the later ones of its aggregate: they are parked behind it, with no cause of
-- their own. The relay asks for the parked ones of a key, and operators for the first of them.
create index outbox_parked_keys on outbox (topic, key, id) where parked_at is not null;
