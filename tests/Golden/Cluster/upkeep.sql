CREATE TABLE IF NOT EXISTS `sluice`.`schema_migrations_local` ON CLUSTER `main`
(number UInt32, name String, checksum String, applied DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', applied) ORDER BY number;

CREATE TABLE IF NOT EXISTS `sluice`.`schema_migrations` ON CLUSTER `main` AS `sluice`.`schema_migrations_local`
ENGINE = Distributed(`main`, `sluice`, `schema_migrations_local`, cityHash64(number));

INSERT INTO schema_migrations (number, name, checksum) VALUES (1, 'blocks', 'x');

DELETE FROM `sluice`.`blocks_local` ON CLUSTER `main` WHERE slot IN (1,2);

DELETE FROM `sluice`.`skipped_slots_local` ON CLUSTER `main` WHERE proven_by_slot IN (1,2);

TRUNCATE TABLE `sluice`.`schema_migrations_local` ON CLUSTER `main` SYNC;

ALTER TABLE `sluice`.`blocks_local` ON CLUSTER `main` ADD COLUMN IF NOT EXISTS a UInt64;

ALTER TABLE `sluice`.`blocks` ON CLUSTER `main` ADD COLUMN IF NOT EXISTS a UInt64;

ALTER TABLE `sluice`.`blocks_local` ON CLUSTER `main` ADD INDEX IF NOT EXISTS i a TYPE minmax;
