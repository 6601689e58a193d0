CREATE TABLE IF NOT EXISTS `sluice`.`bundles_local` ON CLUSTER `main`
(
    id String CODEC(LZ4),
    rule_version Int32,
    retracted Bool,
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    leader LowCardinality(Nullable(String)),
    first_tx_index Int32,
    transaction_count Int32,
    signatures Array(String),
    signers Array(String),
    tip_lamports UInt64,
    tip_index Int32,
    links Array(String),
    confidence Float64,
    `confidence_parts.name` Array(String),
    `confidence_parts.weight` Array(Float64),
    INDEX signatures_bloom signatures TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', rule_version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, first_tx_index, id);

CREATE TABLE IF NOT EXISTS `sluice`.`bundles` ON CLUSTER `main` AS `sluice`.`bundles_local`
ENGINE = Distributed(`main`, `sluice`, `bundles_local`, cityHash64(intDiv(slot, 4)));
