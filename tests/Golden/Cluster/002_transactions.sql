CREATE TABLE IF NOT EXISTS `sluice`.`transactions_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    `index` Int32 CODEC(Delta, LZ4),
    signature String CODEC(LZ4),
    signer String CODEC(ZSTD(1)),
    status LowCardinality(String),
    error LowCardinality(Nullable(String)),
    is_versioned Bool,
    signature_count Int32,
    fee_lamports UInt64,
    priority_fee_lamports UInt64,
    tip_lamports UInt64,
    compute_units Nullable(UInt64),
    compute_unit_limit Nullable(UInt64),
    compute_unit_price_micro_lamports Nullable(UInt64),
    wrapper LowCardinality(Nullable(String)),
    wrapper_name LowCardinality(Nullable(String)),
    uses_aggregator Bool,
    swap_count Int32,
    version UInt64,
    INDEX signature_bloom signature TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX signer_bloom signer TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, `index`, signature);

CREATE TABLE IF NOT EXISTS `sluice`.`transactions` ON CLUSTER `main` AS `sluice`.`transactions_local`
ENGINE = Distributed(`main`, `sluice`, `transactions_local`, cityHash64(intDiv(slot, 4)));
