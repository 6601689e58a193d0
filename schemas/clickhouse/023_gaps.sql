-- Slots whose block a live run did not have at once, or not the right one, and what became of it. A later row of a slot replaces an earlier one.
CREATE TABLE IF NOT EXISTS gaps
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    last_slot UInt64 CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    blockhash Nullable(String),
    former_blockhash Nullable(String),
    noticed DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(noticed)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;
