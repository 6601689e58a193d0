CREATE TABLE IF NOT EXISTS `sluice`.`arbitrages_local` ON CLUSTER `main`
(
    id String CODEC(LZ4),
    rule_version Int32,
    retracted Bool,
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    leader LowCardinality(Nullable(String)),
    tx_index Int32,
    signature String CODEC(LZ4),
    signer String CODEC(ZSTD(1)),
    wrapper LowCardinality(Nullable(String)),
    wrapper_name LowCardinality(Nullable(String)),
    uses_aggregator Bool,
    uses_flash_loan Bool,
    class LowCardinality(String),
    profit_mint LowCardinality(String),
    gross Int128,
    fee_lamports UInt64,
    tip_lamports UInt64,
    net Nullable(Int128),
    cost_in_profit_mint Nullable(Int128),
    `other_profits.mint` Array(String),
    `other_profits.amount` Array(Int128),
    linked_accounts Array(String),
    pools Array(String),
    `legs.ix_index` Array(Int32),
    `legs.inner_ix_index` Array(Int32),
    `legs.venue` Array(String),
    `legs.program` Array(String),
    `legs.pool` Array(String),
    `legs.mint_in` Array(String),
    `legs.mint_out` Array(String),
    `legs.amount_in` Array(UInt64),
    `legs.amount_out` Array(UInt64),
    confidence Float64,
    `confidence_parts.name` Array(String),
    `confidence_parts.weight` Array(Float64),
    rules_passed Array(String),
    INDEX signature_bloom signature TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX signer_bloom signer TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX pools_bloom pools TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', rule_version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, tx_index, id);

CREATE TABLE IF NOT EXISTS `sluice`.`arbitrages` ON CLUSTER `main` AS `sluice`.`arbitrages_local`
ENGINE = Distributed(`main`, `sluice`, `arbitrages_local`, cityHash64(intDiv(slot, 4)));
