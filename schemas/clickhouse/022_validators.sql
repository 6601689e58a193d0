-- One row a validator and observation. An observation that comes again replaces itself.
CREATE TABLE IF NOT EXISTS validators
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
ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY epoch
ORDER BY (epoch, vote_account, slot);

-- The last observation of each validator in each epoch.
CREATE OR REPLACE VIEW validators_latest AS
SELECT *
FROM validators
ORDER BY epoch DESC, vote_account DESC, slot DESC, observed_at DESC
LIMIT 1 BY epoch, vote_account;
