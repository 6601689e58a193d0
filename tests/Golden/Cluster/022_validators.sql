CREATE TABLE IF NOT EXISTS `sluice`.`validators_local` ON CLUSTER `main`
(
    id String CODEC(ZSTD(1)),
    vote_account String,
    identity String,
    epoch UInt64 CODEC(Delta, ZSTD(1)),
    slot UInt64 CODEC(Delta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String),
    activated_stake_lamports Nullable(UInt64),
    is_delinquent Nullable(Bool),
    commission Nullable(Int32),
    commission_bps Nullable(Int32),
    credits Nullable(UInt64),
    `epoch_credits.epoch` Array(UInt64),
    `epoch_credits.credits` Array(UInt64),
    `epoch_credits.previous_credits` Array(UInt64),
    last_vote_slot Nullable(UInt64),
    root_slot Nullable(UInt64),
    leader_slots Nullable(Int32),
    leader_slots_so_far Nullable(Int32),
    produced_blocks Nullable(Int32),
    skipped_slots Nullable(Int32),
    production_first_slot Nullable(UInt64),
    production_last_slot Nullable(UInt64),
    version LowCardinality(Nullable(String)),
    feature_set Nullable(UInt64),
    gossip_address Nullable(String),
    tpu_address Nullable(String),
    reward_epoch Nullable(UInt64),
    reward_lamports Nullable(UInt64),
    reward_slot Nullable(UInt64),
    reward_commission_bps Nullable(Int32),
    is_jito Nullable(Bool),
    mev_commission_bps Nullable(Int32),
    tip_distribution_lamports Nullable(UInt64)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', observed_at)
PARTITION BY epoch
ORDER BY (epoch, vote_account, slot);

CREATE TABLE IF NOT EXISTS `sluice`.`validators` ON CLUSTER `main` AS `sluice`.`validators_local`
ENGINE = Distributed(`main`, `sluice`, `validators_local`, cityHash64(epoch, vote_account, slot));

CREATE OR REPLACE VIEW `sluice`.`validators_latest` ON CLUSTER `main` AS
SELECT *
FROM `sluice`.validators
ORDER BY epoch DESC, vote_account DESC, slot DESC, observed_at DESC
LIMIT 1 BY epoch, vote_account;
