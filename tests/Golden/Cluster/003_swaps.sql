CREATE TABLE IF NOT EXISTS `sluice`.`swaps_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    tx_index Int32 CODEC(Delta, LZ4),
    signature String CODEC(LZ4),
    signer String CODEC(ZSTD(1)),
    wrapper LowCardinality(Nullable(String)),
    ix_index Int32,
    inner_ix_index Int32,
    leg_index Int32,
    venue LowCardinality(String),
    program LowCardinality(String),
    pool String CODEC(ZSTD(1)),
    trader String CODEC(ZSTD(1)),
    mint_in LowCardinality(String),
    mint_out LowCardinality(String),
    amount_in UInt64,
    amount_out UInt64,
    vault_in String CODEC(ZSTD(1)),
    vault_out String CODEC(ZSTD(1)),
    reserve_in Nullable(UInt64),
    reserve_out Nullable(UInt64),
    sqrt_price_x64 Nullable(Int128),
    source LowCardinality(String),
    tip_lamports UInt64,
    version UInt64,
    INDEX signature_bloom signature TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX signer_bloom signer TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX pool_bloom pool TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, tx_index, signature, ix_index, inner_ix_index, leg_index);

CREATE TABLE IF NOT EXISTS `sluice`.`swaps` ON CLUSTER `main` AS `sluice`.`swaps_local`
ENGINE = Distributed(`main`, `sluice`, `swaps_local`, cityHash64(intDiv(slot, 4)));
