using Sluice.Api.Contracts;
using Sluice.Api.Filters;

namespace Sluice.Api.Queries;

/// <summary>Reads the first places of an epoch.</summary>
internal sealed class LeaderboardQueries(StoreReader store, StoreState state)
{
    /// <summary>A <see cref="Leaderboard{T}"/> of <see cref="PoolRank"/>: the pools with most swaps.</summary>
    public Task<ReadOnlyMemory<byte>?> PoolsAsync(LeaderboardFilter filter, CancellationToken cancellationToken) => ReadAsync(
        "pool_leaderboard",
        """
        SELECT CAST({epoch:Nullable(UInt64)}, 'Nullable(Decimal(18, 0))') AS epoch,
          groupArray(CAST((r.pool, r.venue, r.swaps, r.traders, r.first_slot, r.last_slot),
            'Tuple(pool String, venue String, swaps Decimal(18, 0), traders Decimal(18, 0), first_slot Decimal(18, 0), last_slot Decimal(18, 0))')) AS data
        FROM (
          SELECT t.pool AS pool, t.pool_venue AS venue, t.swap_count AS swaps, t.trader_count AS traders,
            t.first_slot AS first_slot, t.last_slot AS last_slot
          FROM pool_leaderboard AS t
          WHERE t.epoch = {epoch:Nullable(UInt64)}
          ORDER BY t.swap_count DESC, t.pool
          LIMIT {rows:UInt32}) AS r
        """,
        filter, cancellationToken);

    /// <summary>A <see cref="Leaderboard{T}"/> of <see cref="SearcherRank"/>: the signers with the greatest gross profit in one token.</summary>
    public Task<ReadOnlyMemory<byte>?> SearchersAsync(LeaderboardFilter filter, CancellationToken cancellationToken) => ReadAsync(
        "searcher_leaderboard",
        """
        SELECT CAST({epoch:Nullable(UInt64)}, 'Nullable(Decimal(18, 0))') AS epoch,
          groupArray(CAST((r.signer, r.profit_mint, r.arbitrages, toString(r.gross), toString(r.net), r.with_net, toString(r.fees), toString(r.tips)),
            'Tuple(signer String, profit_mint String, arbitrages Decimal(18, 0), gross String, net String, arbitrages_with_net Decimal(18, 0), fees_lamports String, tips_lamports String)')) AS data
        FROM (
          SELECT t.signer AS signer, t.profit_mint AS profit_mint, t.arbitrage_count AS arbitrages, t.gross_total AS gross, t.net_total AS net,
            t.net_known_count AS with_net, t.fees_lamports AS fees, t.tips_lamports AS tips
          FROM searcher_leaderboard AS t
          WHERE t.epoch = {epoch:Nullable(UInt64)} AND t.profit_mint = {profit_mint:String}
          ORDER BY t.gross_total DESC, t.signer
          LIMIT {rows:UInt32}) AS r
        """,
        filter, cancellationToken);

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(
        string name, string sql, LeaderboardFilter filter, CancellationToken cancellationToken)
    {
        var known = await state.CurrentAsync(cancellationToken);
        var epoch = filter.Epoch ?? known.Slots?.Last / Chain.SlotsPerEpoch;
        var statement = new SqlStatement(name, sql)
            .Set("epoch", epoch?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "\\N")
            .Set("profit_mint", filter.ProfitMint)
            .Set("rows", filter.Limit);
        return await store.ReadRowAsync(statement, cancellationToken);
    }
}
