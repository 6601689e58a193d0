-- One row a writer. Before a batch is written its slots stand here, so that after a crash only they need to be looked at.
CREATE TABLE IF NOT EXISTS writer_sessions
(
    id UUID,
    started DateTime64(3, 'UTC'),
    batch UInt64 COMMENT 'number of the batch being written; the last one ends the session',
    slots Array(UInt64) COMMENT 'slots that the batch touches or that are not finished yet',
    ended Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplacingMergeTree(batch)
ORDER BY id;
