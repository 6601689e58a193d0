CREATE TABLE IF NOT EXISTS `sluice`.`blocks_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    parent_slot UInt64 CODEC(Delta, ZSTD(1)),
    blockhash String CODEC(LZ4),
    previous_blockhash String CODEC(LZ4),
    block_height Nullable(UInt64) CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    leader LowCardinality(Nullable(String)),
    leader_reward_lamports Nullable(UInt64),
    is_complete Bool,
    source LowCardinality(String),
    transaction_count Int32,
    vote_count Int32,
    failed_count Int32,
    failed_vote_count Int32,
    swap_count Int32,
    arbitrage_count Int32,
    fees_lamports UInt64,
    priority_fees_lamports UInt64,
    tips_lamports UInt64,
    tipped_transaction_count Int32,
    compute_units UInt64,
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;

CREATE TABLE IF NOT EXISTS `sluice`.`blocks` ON CLUSTER `main` AS `sluice`.`blocks_local`
ENGINE = Distributed(`main`, `sluice`, `blocks_local`, cityHash64(intDiv(slot, 4)));
