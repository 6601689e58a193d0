using Sluice.Api.Filters;

namespace Sluice.Api.Queries;

/// <summary>What a list reads: its table and how a filter restricts it.</summary>
internal interface IListSource
{
    /// <summary>Name of the statement, a metric label.</summary>
    string Name { get; }

    /// <summary>SELECT and FROM; the table's alias is <c>t</c>.</summary>
    string Select { get; }

    /// <summary>The order of rows, newest first.</summary>
    string OrderBy { get; }

    /// <summary>Adds the filter's conditions but for slots; the page's beginning too.</summary>
    void Restrict(SqlStatement statement, RowFilter filter);
}

/// <summary>Reads one page of a list, newest rows first.</summary>
internal sealed class ListReader(StoreReader store, StoreState state)
{
    public async Task<RowPage> ReadAsync(IListSource source, RowFilter filter, CancellationToken cancellationToken)
    {
        var page = new RowPage(filter.Limit, filter.Fingerprint);
        if (await RangeAsync(filter, cancellationToken) is not var (first, last)) { return page; }

        // One row more than the page holds tells whether there is a next page.
        var wanted = filter.Limit + 1;
        var windows = new SlotWindows(first, last);
        while (page.RowsRead < wanted && windows.MoveNext())
        {
            var statement = new SqlStatement(source.Name, source.Select)
                .Where("t.slot >= {window_from:UInt64}").Set("window_from", windows.From)
                .Where("t.slot <= {window_to:UInt64}").Set("window_to", windows.To);
            source.Restrict(statement, filter);
            statement.Append(source.OrderBy).Append("LIMIT {rows:UInt32}").Set("rows", wanted - page.RowsRead);
            page.Add(await store.ReadAsync(statement, cancellationToken));
        }

        return page;
    }

    /// <summary>The stored slots that can hold rows of the page; null when there are none.</summary>
    private async Task<(ulong First, ulong Last)?> RangeAsync(RowFilter filter, CancellationToken cancellationToken)
    {
        var known = await state.CurrentAsync(cancellationToken);
        if (known.Slots is not var (first, last)) { return null; }
        if (filter.FromTimeUnixMs is not null || filter.ToTimeUnixMs is not null)
        {
            // One row a slot: the cheapest way from times to slots, and slots are what the facts are ordered by.
            var statement = new SqlStatement("slots_of_times", "SELECT toDecimal64(min(t.slot), 0) AS first, toDecimal64(max(t.slot), 0) AS last FROM blocks AS t")
                .Where("t.block_time >= fromUnixTimestamp64Milli({from_time:Int64}, 'UTC')", "from_time", filter.FromTimeUnixMs)
                .Where("t.block_time <= fromUnixTimestamp64Milli({to_time:Int64}, 'UTC')", "to_time", filter.ToTimeUnixMs)
                .Append("HAVING count() > 0");
            if (await store.ReadSlotsAsync(statement, cancellationToken) is not var (earliest, latest)) { return null; }
            (first, last) = (earliest, latest);
        }

        first = Math.Max(first, filter.FromSlot ?? 0);
        last = Math.Min(last, Math.Min(filter.ToSlot ?? ulong.MaxValue, filter.After?.Slot ?? ulong.MaxValue));
        return first <= last ? (first, last) : null;
    }
}
