using Sluice.Api.Contracts;
using Sluice.Api.Filters;

namespace Sluice.Api.Queries;

/// <summary>Reads swaps.</summary>
internal sealed class SwapQueries(ListReader lists) : IListSource
{
    public string Name => "swaps";

    /// <summary>The fields of <see cref="Swap"/>, by their names in JSON.</summary>
    public string Select =>
        """
        SELECT toDecimal64(t.slot, 0) AS slot, t.block_time, toDecimal64(toUnixTimestamp64Milli(t.block_time), 0) AS block_time_unix_ms,
          t.tx_index, t.signature, t.signer, t.wrapper, t.ix_index, t.inner_ix_index, t.leg_index,
          t.venue, t.program, t.pool, t.trader, t.mint_in, t.mint_out, t.amount_in, t.amount_out, t.vault_in, t.vault_out,
          t.reserve_in, t.reserve_out, t.sqrt_price_x64, t.source, t.tip_lamports, toDecimal64(t.version, 0) AS version
        FROM swaps AS t
        """;

    public string OrderBy =>
        "ORDER BY t.slot DESC, t.tx_index DESC, t.ix_index DESC, t.inner_ix_index DESC, t.leg_index DESC, t.signature DESC";

    public Task<RowPage> ListAsync(RowFilter filter, CancellationToken cancellationToken) =>
        lists.ReadAsync(this, filter, cancellationToken);

    public void Restrict(SqlStatement statement, RowFilter filter)
    {
        statement
            .Where("t.block_time >= fromUnixTimestamp64Milli({from_time:Int64}, 'UTC')", "from_time", filter.FromTimeUnixMs)
            .Where("t.block_time <= fromUnixTimestamp64Milli({to_time:Int64}, 'UTC')", "to_time", filter.ToTimeUnixMs)
            .Where("t.pool = {pool:String}", "pool", filter.Pool)
            .Where("(t.mint_in = {mint:String} OR t.mint_out = {mint:String})", "mint", filter.Mint)
            .Where("t.signer = {signer:String}", "signer", filter.Signer)
            .Where("t.venue = {venue:String}", "venue", filter.Venue);
        if (filter.After is { } after)
        {
            statement
                .Where(
                    "(t.slot, t.tx_index, t.ix_index, t.inner_ix_index, t.leg_index, t.signature) < "
                    + "({after_slot:UInt64}, {after_tx:Int32}, {after_ix:Int32}, {after_inner:Int32}, {after_leg:Int32}, {after_signature:String})")
                .Set("after_slot", after.Slot)
                .Set("after_tx", after.TxIndex)
                .Set("after_ix", after.IxIndex)
                .Set("after_inner", after.InnerIxIndex)
                .Set("after_leg", after.LegIndex)
                .Set("after_signature", after.Signature.ToString());
        }
    }
}
