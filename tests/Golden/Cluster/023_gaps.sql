CREATE TABLE IF NOT EXISTS `sluice`.`gaps_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    last_slot UInt64 CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    blockhash Nullable(String),
    former_blockhash Nullable(String),
    noticed DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', noticed)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;

CREATE TABLE IF NOT EXISTS `sluice`.`gaps` ON CLUSTER `main` AS `sluice`.`gaps_local`
ENGINE = Distributed(`main`, `sluice`, `gaps_local`, cityHash64(intDiv(slot, 4)));
