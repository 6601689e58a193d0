-- Positions of topologies: the last slot whose results are all stored.
CREATE TABLE IF NOT EXISTS checkpoints
(
    topology LowCardinality(String),
    partition Int32,
    position UInt64,
    updated DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated)
ORDER BY (topology, partition);
