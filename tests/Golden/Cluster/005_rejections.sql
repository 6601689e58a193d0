CREATE TABLE IF NOT EXISTS `sluice`.`rejections_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    stage LowCardinality(String),
    reason LowCardinality(String),
    count UInt64,
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, stage, reason);

CREATE TABLE IF NOT EXISTS `sluice`.`rejections` ON CLUSTER `main` AS `sluice`.`rejections_local`
ENGINE = Distributed(`main`, `sluice`, `rejections_local`, cityHash64(intDiv(slot, 4)));
