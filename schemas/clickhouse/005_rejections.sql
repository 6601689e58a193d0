-- What a stage turned down, counted per slot and rule.
CREATE TABLE IF NOT EXISTS rejections
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    stage LowCardinality(String),
    reason LowCardinality(String),
    count UInt64,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, stage, reason);
