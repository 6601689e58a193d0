-- The swap that an arbitrage followed, and what its profit was worth.
ALTER TABLE arbitrages
    ADD COLUMN IF NOT EXISTS caused_by_signature Nullable(String) AFTER rules_passed,
    ADD COLUMN IF NOT EXISTS caused_by_tx_index Nullable(Int32) AFTER caused_by_signature,
    ADD COLUMN IF NOT EXISTS caused_by_signer Nullable(String) AFTER caused_by_tx_index,
    ADD COLUMN IF NOT EXISTS cause_pool Nullable(String) AFTER caused_by_signer,
    ADD COLUMN IF NOT EXISTS cause_move_bps Nullable(Float64) AFTER cause_pool,
    ADD COLUMN IF NOT EXISTS cause_closed_bps Nullable(Float64) AFTER cause_move_bps,
    ADD COLUMN IF NOT EXISTS cause_distance Nullable(Int32) AFTER cause_closed_bps,
    ADD COLUMN IF NOT EXISTS gross_lamports Nullable(Int128) AFTER cause_distance,
    ADD COLUMN IF NOT EXISTS net_lamports Nullable(Int128) AFTER gross_lamports,
    ADD COLUMN IF NOT EXISTS gross_usd_micros Nullable(Int128) AFTER net_lamports,
    ADD COLUMN IF NOT EXISTS net_usd_micros Nullable(Int128) AFTER gross_usd_micros,
    ADD COLUMN IF NOT EXISTS price_source LowCardinality(Nullable(String)) AFTER net_usd_micros,
    ADD COLUMN IF NOT EXISTS price_pools Int32 AFTER price_source,
    ADD COLUMN IF NOT EXISTS price_age_slots Nullable(Int32) AFTER price_pools;
