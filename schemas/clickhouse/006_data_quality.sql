-- The chain's own arithmetic, checked per slot.
CREATE TABLE IF NOT EXISTS data_quality
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
ENGINE = ReplacingMergeTree(version)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;
