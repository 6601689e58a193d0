-- What could not be processed, with the place and the first bytes. A repeated run replaces its rows.
CREATE TABLE IF NOT EXISTS dead_letters
(
    topic LowCardinality(String),
    source String CODEC(ZSTD(1)),
    slot Nullable(UInt64),
    tx_index Nullable(Int32),
    signature Nullable(String),
    reason LowCardinality(String),
    message String CODEC(ZSTD(1)),
    offset Nullable(UInt64),
    payload String CODEC(ZSTD(1)),
    payload_length UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, source, reason, ifNull(slot, 0), ifNull(tx_index, -1), ifNull(offset, 0));
