CREATE TABLE IF NOT EXISTS `sluice`.`writer_sessions_local` ON CLUSTER `main`
(
    id UUID,
    started DateTime64(3, 'UTC'),
    batch UInt64 COMMENT 'number of the batch being written; the last one ends the session',
    slots Array(UInt64) COMMENT 'slots that the batch touches or that are not finished yet',
    ended Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', batch)
ORDER BY id;

CREATE TABLE IF NOT EXISTS `sluice`.`writer_sessions` ON CLUSTER `main` AS `sluice`.`writer_sessions_local`
ENGINE = Distributed(`main`, `sluice`, `writer_sessions_local`, cityHash64(id));
