-- The users of a ClickHouse that several share, made by somebody who may make users: the migrations' (makes and alters tables),
-- the service's (inserts, reads), and the reader's (Grafana, and logging's questions). Replace the passwords. On a cluster add
-- ON CLUSTER to each statement, and GRANT CLUSTER ON *.* to the migrations' user. A server of ours alone needs none of this: its first user owns everything, and
-- users.d/reader.xml adds the reader.
CREATE SETTINGS PROFILE IF NOT EXISTS animal_delivery_reader SETTINGS
    readonly = 2,
    max_execution_time = 30 MIN 1 MAX 70,
    max_memory_usage = 1000000000 MIN 1 MAX 2000000000,
    max_threads = 4 MIN 1 MAX 8;

CREATE USER IF NOT EXISTS animal_delivery_reader IDENTIFIED WITH sha256_password BY 'replace me' SETTINGS PROFILE 'animal_delivery_reader';
GRANT SELECT ON logging.* TO animal_delivery_reader;
GRANT SELECT ON system.view_refreshes TO animal_delivery_reader;

CREATE USER IF NOT EXISTS animal_delivery IDENTIFIED WITH sha256_password BY 'replace me';
GRANT SELECT, INSERT ON logging.* TO animal_delivery;

CREATE USER IF NOT EXISTS animal_delivery_migrations IDENTIFIED WITH sha256_password BY 'replace me';
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, ALTER, SELECT, INSERT ON logging.* TO animal_delivery_migrations;
GRANT SET DEFINER ON animal_delivery_migrations TO animal_delivery_migrations;
