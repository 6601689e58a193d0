-- Leaderboards are plain views on replaced data: a materialised view sees every insert and would count a repeated run twice.

-- Pools by epoch.
CREATE OR REPLACE VIEW pool_leaderboard AS
SELECT
    intDiv(slot, 432000) AS epoch,
    pool,
    any(venue) AS pool_venue,
    count() AS swap_count,
    uniqExact(trader) AS trader_count,
    sum(tip_lamports) AS tips_lamports,
    min(slot) AS first_slot,
    max(slot) AS last_slot
FROM swaps FINAL
GROUP BY epoch, pool;

-- Searchers by epoch and profit token; amounts in base units of the token. net_known_count says how many findings net is the sum of.
CREATE OR REPLACE VIEW searcher_leaderboard AS
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
FROM arbitrages FINAL
WHERE NOT retracted
GROUP BY epoch, signer, profit_mint;
