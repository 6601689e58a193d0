using Sluice.Api.Filters;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Queries;

/// <summary>Reads the last observation of each validator in each epoch.</summary>
internal sealed class ValidatorQueries(StoreReader store)
{
    /// <summary>One page, newest epoch first, and within it by vote account, descending.</summary>
    public async Task<RowPage> ListAsync(RowFilter filter, CancellationToken cancellationToken)
    {
        // The order is that of the table backwards, so that a page reads no more than it needs, and a row is the first that comes of its validator and epoch.
        var statement = new SqlStatement("validators", FindingSelects.ValidatorObservation)
            .Where("t.epoch = {epoch:UInt64}", "epoch", filter.Value("epoch"))
            .Where("t.vote_account = {vote_account:String}", "vote_account", filter.VoteAccount)
            .Where("t.identity = {identity:String}", "identity", filter.Identity);
        if (filter.After is { } after)
        {
            statement
                .Where("(t.epoch, t.vote_account) < ({after_epoch:UInt64}, {after_vote_account:String})")
                .Set("after_epoch", after.TxIndex)
                .Set("after_vote_account", new Pubkey(after.Signature.Bytes[..Pubkey.Size]).ToString());
        }

        statement
            .Append("ORDER BY t.epoch DESC, t.vote_account DESC, t.slot DESC, t.observed_at DESC LIMIT 1 BY t.epoch, t.vote_account LIMIT {rows:UInt32}")
            .Set("rows", filter.Limit + 1);
        var page = new RowPage(filter.Limit, filter.Fingerprint);
        page.Add(await store.ReadAsync(statement, cancellationToken));
        return page;
    }
}
