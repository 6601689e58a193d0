using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Queries;

/// <summary>Reads arbitrages; retracted ones are not shown.</summary>
internal sealed class ArbitrageQueries(StoreReader store, ListReader lists) : IListSource
{
    public string Name => "arbitrages";

    /// <summary>The fields of <see cref="Arbitrage"/>, by their names in JSON.</summary>
    public string Select => FindingSelects.Arbitrage;

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
