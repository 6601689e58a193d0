CREATE TABLE IF NOT EXISTS `sluice`.`checkpoints_local` ON CLUSTER `main`
(
    topology LowCardinality(String),
    partition Int32,
    position UInt64,
    updated DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', updated)
ORDER BY (topology, partition);

CREATE TABLE IF NOT EXISTS `sluice`.`checkpoints` ON CLUSTER `main` AS `sluice`.`checkpoints_local`
ENGINE = Distributed(`main`, `sluice`, `checkpoints_local`, cityHash64(topology, partition));
