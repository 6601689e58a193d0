-- Agreement of the venue decoders and the generic detector, per slot and program.
CREATE TABLE IF NOT EXISTS decoder_agreement
(
    slot UInt64 CODEC(Delta, ZSTD(1)),
    program LowCardinality(String),
    venue LowCardinality(String),
    both Int32,
    decoder_only Int32,
    generic_only Int32,
    differ Int32,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, program, venue);
