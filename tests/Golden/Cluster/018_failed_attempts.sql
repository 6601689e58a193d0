CREATE TABLE IF NOT EXISTS `sluice`.`failed_attempts_local` ON CLUSTER `main`
(
    id String CODEC(LZ4),
    rule_version Int32,
    retracted Bool,
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    leader LowCardinality(Nullable(String)),
    tx_index Int32,
    signature String CODEC(LZ4),
    signer String,
    wrapper LowCardinality(Nullable(String)),
    wrapper_name LowCardinality(Nullable(String)),
    class LowCardinality(String),
    evidence LowCardinality(String),
    successes Int32,
    protocol LowCardinality(Nullable(String)),
    obligation Nullable(String),
    error LowCardinality(Nullable(String)),
    fee_lamports UInt64,
    priority_fee_lamports UInt64,
    compute_units Nullable(UInt64),
    confidence Float64,
    INDEX signature_bloom signature TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX signer_bloom signer TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', rule_version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, tx_index, id);

CREATE TABLE IF NOT EXISTS `sluice`.`failed_attempts` ON CLUSTER `main` AS `sluice`.`failed_attempts_local`
ENGINE = Distributed(`main`, `sluice`, `failed_attempts_local`, cityHash64(intDiv(slot, 4)));
