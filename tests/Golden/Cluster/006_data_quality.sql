CREATE TABLE IF NOT EXISTS `sluice`.`data_quality_local` ON CLUSTER `main`
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    block_time Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    is_complete Bool,
    parent LowCardinality(String),
    fee_formula_checked Int32,
    fee_formula_failed Int32,
    lamports_checked Int32,
    lamports_failed Int32,
    tokens_checked Int32,
    tokens_failed Int32,
    reward_checked Int32,
    reward_failed Int32,
    decode_rejected Int32,
    drifted_swaps Int32,
    passed Bool,
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;

CREATE TABLE IF NOT EXISTS `sluice`.`data_quality` ON CLUSTER `main` AS `sluice`.`data_quality_local`
ENGINE = Distributed(`main`, `sluice`, `data_quality_local`, cityHash64(intDiv(slot, 4)));
