using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Queries;

/// <summary>Reads arbitrages; retracted ones are not shown.</summary>
internal sealed class ArbitrageQueries(StoreReader store, ListReader lists) : IListSource
{
    public string Name => "arbitrages";

    /// <summary>The fields of <see cref="Arbitrage"/>, by their names in JSON.</summary>
    public string Select =>
        """
        SELECT t.id, t.rule_version, toDecimal64(t.slot, 0) AS slot, t.block_time,
          toDecimal64(toUnixTimestamp64Milli(t.block_time), 0) AS block_time_unix_ms, t.leader, t.tx_index, t.signature, t.signer,
          t.wrapper, t.wrapper_name, t.uses_aggregator, t.uses_flash_loan, t.class, t.profit_mint, t.gross, t.fee_lamports, t.tip_lamports,
          t.net, t.cost_in_profit_mint,
          CAST(arrayZip(t.`other_profits.mint`, t.`other_profits.amount`), 'Array(Tuple(mint String, amount Int128))') AS other_profits,
          t.linked_accounts, t.pools,
          CAST(arrayZip(t.`legs.ix_index`, t.`legs.inner_ix_index`, t.`legs.venue`, t.`legs.program`, t.`legs.pool`,
              t.`legs.mint_in`, t.`legs.mint_out`, t.`legs.amount_in`, t.`legs.amount_out`),
            'Array(Tuple(ix_index Int32, inner_ix_index Int32, venue String, program String, pool String, mint_in String, mint_out String, amount_in UInt64, amount_out UInt64))') AS legs,
          t.confidence,
          CAST(arrayZip(t.`confidence_parts.name`, t.`confidence_parts.weight`), 'Array(Tuple(name String, weight Float64))') AS confidence_parts,
          t.rules_passed
        FROM arbitrages AS t
        """;

    public string OrderBy => "ORDER BY t.slot DESC, t.tx_index DESC, t.signature DESC";

    public Task<RowPage> ListAsync(RowFilter filter, CancellationToken cancellationToken) =>
        lists.ReadAsync(this, filter, cancellationToken);

    /// <summary>The arbitrage of one transaction, as one JSON object; null when there is none.</summary>
    public Task<ReadOnlyMemory<byte>?> FindAsync(Signature signature, CancellationToken cancellationToken)
    {
        var statement = new SqlStatement("arbitrage", Select)
            .Where("t.signature = {signature:String}").Set("signature", signature.ToString())
            .Where("NOT t.retracted")
            .Append("ORDER BY t.slot DESC LIMIT 1");
        return store.ReadRowAsync(statement, cancellationToken);
    }

    public void Restrict(SqlStatement statement, RowFilter filter)
    {
        statement
            .Where("NOT t.retracted")
            .Where("t.block_time >= fromUnixTimestamp64Milli({from_time:Int64}, 'UTC')", "from_time", filter.FromTimeUnixMs)
            .Where("t.block_time <= fromUnixTimestamp64Milli({to_time:Int64}, 'UTC')", "to_time", filter.ToTimeUnixMs)
            .Where("has(t.pools, {pool:String})", "pool", filter.Pool)
            .Where(
                "(t.profit_mint = {mint:String} OR has(t.`legs.mint_in`, {mint:String}) OR has(t.`legs.mint_out`, {mint:String})"
                + " OR has(t.`other_profits.mint`, {mint:String}))",
                "mint", filter.Mint)
            .Where("t.signer = {signer:String}", "signer", filter.Signer)
            .Where("has(t.`legs.venue`, {venue:String})", "venue", filter.Venue)
            .Where("t.class = {class:String}", "class", filter.Class)
            .Where("t.profit_mint = {profit_mint:String}", "profit_mint", filter.ProfitMint)
            .Where("t.gross >= {min_profit:Int128}", "min_profit", filter.MinProfit);
        if (filter.After is { } after)
        {
            statement
                .Where("(t.slot, t.tx_index, t.signature) < ({after_slot:UInt64}, {after_tx:Int32}, {after_signature:String})")
                .Set("after_slot", after.Slot)
                .Set("after_tx", after.TxIndex)
                .Set("after_signature", after.Signature.ToString());
        }
    }
}
