CREATE TABLE IF NOT EXISTS `sluice`.`skipped_slots_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    proven_by_slot UInt64 CODEC(Delta, ZSTD(1)),
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;

CREATE TABLE IF NOT EXISTS `sluice`.`skipped_slots` ON CLUSTER `main` AS `sluice`.`skipped_slots_local`
ENGINE = Distributed(`main`, `sluice`, `skipped_slots_local`, cityHash64(intDiv(slot, 4)));
