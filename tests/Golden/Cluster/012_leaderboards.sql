CREATE OR REPLACE VIEW `sluice`.`pool_leaderboard` ON CLUSTER `main` AS
SELECT
    intDiv(slot, 432000) AS epoch,
    pool,
    any(venue) AS pool_venue,
    count() AS swap_count,
    uniqExact(trader) AS trader_count,
    sum(tip_lamports) AS tips_lamports,
    min(slot) AS first_slot,
    max(slot) AS last_slot
FROM `sluice`.swaps FINAL
GROUP BY epoch, pool;

CREATE OR REPLACE VIEW `sluice`.`searcher_leaderboard` ON CLUSTER `main` AS
SELECT
    intDiv(slot, 432000) AS epoch,
    signer,
    profit_mint,
    count() AS arbitrage_count,
    sum(gross) AS gross_total,
    sum(ifNull(net, 0)) AS net_total,
    countIf(net IS NOT NULL) AS net_known_count,
    sum(fee_lamports) AS fees_lamports,
    sum(tip_lamports) AS tips_lamports,
    min(slot) AS first_slot,
    max(slot) AS last_slot
FROM `sluice`.arbitrages FINAL
WHERE NOT retracted
GROUP BY epoch, signer, profit_mint;
