using Sluice.Api.Filters;

namespace Sluice.Api.Queries;

/// <summary>Reads findings of any kind; retracted ones are not shown.</summary>
internal sealed class FindingQueries(StoreReader store, ListReader lists)
{
    /// <summary>One page, newest first.</summary>
    public Task<RowPage> ListAsync(FindingKind kind, RowFilter filter, CancellationToken cancellationToken) =>
        lists.ReadAsync(new Source(kind), filter, cancellationToken);

    /// <summary>The finding of an id, as one JSON object; null when there is none.</summary>
    public Task<ReadOnlyMemory<byte>?> FindAsync(FindingKind kind, FindingPlace id, CancellationToken cancellationToken)
    {
        // The id alone has no place in the order of the table; the bloom filters of signatures say where to look.
        var statement = new SqlStatement(kind.Name + "_one", kind.Select)
            .Where(kind.Conditions["signature"]).Set("signature", id.Signature.ToString())
            .Where("t.id = {id:String}").Set("id", id.Text(kind.IdPrefix))
            .Where("NOT t.retracted")
            .Append("LIMIT 1");
        return store.ReadRowAsync(statement, cancellationToken);
    }

    private sealed class Source(FindingKind kind) : IListSource
    {
        public string Name => kind.Name;

        public string Select => kind.Select;

        public string OrderBy => kind.Place is { } place ? $"ORDER BY t.slot DESC, t.{place} DESC, t.id DESC" : "ORDER BY t.slot DESC, t.id DESC";

        public void Restrict(SqlStatement statement, RowFilter filter)
        {
            statement
                .Where("NOT t.retracted")
                .Where("t.block_time >= fromUnixTimestamp64Milli({from_time:Int64}, 'UTC')", "from_time", filter.FromTimeUnixMs)
                .Where("t.block_time <= fromUnixTimestamp64Milli({to_time:Int64}, 'UTC')", "to_time", filter.ToTimeUnixMs);
            foreach (var (name, condition) in kind.Conditions) { statement.Where(condition, name, filter.Value(name)); }
            if (filter.After is not { } after) { return; }
            statement.Set("after_slot", after.Slot).Set("after_id", new FindingPlace(after).Text(kind.IdPrefix));
            if (kind.Place is { } place)
            {
                statement.Where($"(t.slot, t.{place}, t.id) < ({{after_slot:UInt64}}, {{after_tx:Int32}}, {{after_id:String}})").Set("after_tx", after.TxIndex);
            }
            else
            {
                statement.Where("(t.slot, t.id) < ({after_slot:UInt64}, {after_id:String})");
            }
        }
    }
}
