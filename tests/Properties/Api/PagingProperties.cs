using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Api;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Properties.Api;

/// <summary>Whatever is asked for and however it is cut into pages, the rows are those that a plain loop over all rows gives.</summary>
[Collection(TestStore.Collection)]
public sealed class PagingProperties(ApiServer server) : IClassFixture<ApiServer>
{
    private const int Seed = 20_240_314;

    /// <summary>Busy slots, lone ones, and gaps larger than several windows.</summary>
    private static readonly long[] Slots = [0, 1, 2, 63, 64, 65, 1_000, 1_001, 1_087, 1_088, 431_999, 432_000, 2_000_000, 2_000_001, 254_170_887];

    private sealed record Asked(int From, int To, int Pool, int Signer, int PageSize);

    [EngineFact]
    public async Task Pages_of_any_query_are_what_a_loop_over_all_rows_gives()
    {
        var rows = MakeRows();
        await server.InsertAsync(new BlockRowColumns(), [.. Slots.Select(Rows.Block)]);
        await server.InsertAsync(new PoolSwapColumns(), [.. rows]);
        Array.Sort(rows, static (a, b) => -Order(a).CompareTo(Order(b)));

        // -1 restricts nothing; page sizes are often small.
        var queries =
            from @from in Gen.Choose(-1, Slots.Length - 1)
            from to in Gen.Choose(-1, Slots.Length - 1)
            from pool in Gen.Choose(-1, 4)
            from signer in Gen.Choose(-1, 3)
            from size in Gen.OneOf(Gen.Choose(3, 20), Gen.Choose(13, 1_000))
            select new Asked(@from, to, pool, signer, size);
        Prop.ForAll(queries.ToArbitrary(), asked => Check(asked, rows).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static PoolSwap[] MakeRows()
    {
        var random = new Random(Seed);
        var rows = new Dictionary<(long, int, int, int, int), PoolSwap>();
        for (var i = 0; i < 300; i++)
        {
            var row = Rows.Swap(
                Slots[random.Next(Slots.Length)], random.Next(4), random.Next(2), random.Next(3) - 1, random.Next(2)) with
            {
                Pool = Rows.Key(200 + random.Next(5)),
                Signer = Rows.Key(100 + random.Next(4)),
            };
            rows[Order(row)] = row;
        }

        return [.. rows.Values];
    }

    private static (long, int, int, int, int) Order(PoolSwap row) => (row.Slot, row.TxIndex, row.IxIndex, row.InnerIxIndex, row.LegIndex);

    private async Task<bool> Check(Asked asked, PoolSwap[] rows)
    {
        var from = asked.From < 0 ? long.MinValue : Slots[asked.From];
        var to = asked.To < 0 ? long.MaxValue : Slots[asked.To];
        if (from > to) { (from, to) = (to, from); }
        var expected = rows
            .Where(r => r.Slot >= from && r.Slot <= to)
            .Where(r => asked.Pool < 0 || r.Pool == Rows.Key(200 + asked.Pool))
            .Where(r => asked.Signer < 0 || r.Signer == Rows.Key(100 + asked.Signer))
            .Select(Order);
        var filter = (from == long.MinValue ? "" : $"&from_slot={from}") + (to == long.MaxValue ? "" : $"&to_slot={to}")
            + (asked.Pool < 0 ? "" : $"&pool={Rows.Key(200 + asked.Pool)}") + (asked.Signer < 0 ? "" : $"&signer={Rows.Key(100 + asked.Signer)}");

        var found = new List<(long, int, int, int, int)>();
        string? cursor = null;
        do
        {
            var page = await server.GetAsync($"/api/v1/swaps?limit={asked.PageSize}{filter}" + (cursor is null ? "" : $"&cursor={cursor}"));
            found.AddRange(page.GetProperty("data").EnumerateArray().Select(Order));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        return found.SequenceEqual(expected);
    }

    private static (long, int, int, int, int) Order(JsonElement row) => (
        row.GetProperty("slot").GetInt64(), row.GetProperty("tx_index").GetInt32(), row.GetProperty("ix_index").GetInt32(),
        row.GetProperty("inner_ix_index").GetInt32(), row.GetProperty("leg_index").GetInt32());
}
