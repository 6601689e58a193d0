CREATE TABLE IF NOT EXISTS `sluice`.`decoder_agreement_local` ON CLUSTER `main`
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
PARTITION BY intDiv(slot, 432000)
ORDER BY (slot, program, venue);

CREATE TABLE IF NOT EXISTS `sluice`.`decoder_agreement` ON CLUSTER `main` AS `sluice`.`decoder_agreement_local`
ENGINE = Distributed(`main`, `sluice`, `decoder_agreement_local`, cityHash64(intDiv(slot, 4)));
