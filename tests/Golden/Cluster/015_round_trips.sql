CREATE TABLE IF NOT EXISTS `sluice`.`round_trips_local` ON CLUSTER `main`
(
    id String CODEC(LZ4),
    rule_version Int32,
    retracted Bool,
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    leader LowCardinality(Nullable(String)),
    class LowCardinality(String),
    failed_rule LowCardinality(String),
    venue LowCardinality(String),
    pool String,
    mint_in LowCardinality(String),
    mint_out LowCardinality(String),
    actor String,
    wallets Array(String),
    signatures Array(String),
    amount_in Int128,
    amount_out Int128,
    back_in Int128,
    back_out Int128,
    gross Int128,
    fee_lamports UInt64,
    evidence Array(String),
    INDEX pool_bloom pool TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX actor_bloom actor TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', rule_version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, id);

CREATE TABLE IF NOT EXISTS `sluice`.`round_trips` ON CLUSTER `main` AS `sluice`.`round_trips_local`
ENGINE = Distributed(`main`, `sluice`, `round_trips_local`, cityHash64(intDiv(slot, 4)));
