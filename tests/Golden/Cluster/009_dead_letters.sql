CREATE TABLE IF NOT EXISTS `sluice`.`dead_letters_local` ON CLUSTER `main`
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (topic, source, reason, ifNull(slot, 0), ifNull(tx_index, -1), ifNull(offset, 0));

CREATE TABLE IF NOT EXISTS `sluice`.`dead_letters` ON CLUSTER `main` AS `sluice`.`dead_letters_local`
ENGINE = Distributed(`main`, `sluice`, `dead_letters_local`, cityHash64(topic, source, reason, ifNull(slot, 0), ifNull(tx_index, -1), ifNull(offset, 0)));
