-- Slots without a block, as the parent of a later block proves.
CREATE TABLE IF NOT EXISTS skipped_slots
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    proven_by_slot UInt64 CODEC(Delta, ZSTD(1)),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY intDiv(slot, 432000)
ORDER BY slot;
