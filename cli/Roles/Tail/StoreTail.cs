using System.Globalization;
using System.Text.Json;
using Sluice.Cli.Output;

namespace Sluice.Cli.Roles.Tail;

/// <summary>Follows a topic where there is no Kafka: the rows that its records became in a store.</summary>
internal static class StoreTail
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <param name="follows">Null when nobody said: then as the store allows.</param>
    public static async Task<int> RunAsync(
        Func<CancellationToken, Task<StoreRows>> open, TailRequest request, bool? follows, bool hasStart, TailOutput output, CancellationToken cancel)
    {
        if (StoreTable.All.FirstOrDefault(t => t.Topic == request.Topic || t.Table == request.Topic) is not { } table)
        {
            Fail.Print(request.Topic == Streams.Topics.Blocks.Name
                ? "without Kafka, the records of chain.blocks are not kept: 'sluice tail blocks' prints the rows that they became, --kafka HOST:PORT the records of a cluster."
                : $"without Kafka (--kafka HOST:PORT) there is no topic {request.Topic}: there are {string.Join(", ", StoreTable.All.Select(t => t.Topic))}.");
            return ExitCode.Failed;
        }

        if (request.Partition is not null || request.From.Kind == StartKind.Offset)
        {
            Fail.Print("partitions and offsets are only there over Kafka (--kafka HOST:PORT); begin at a slot with --from slot:N.");
            return ExitCode.Failed;
        }

        if (request.From.Kind == StartKind.Time && !table.HasTime)
        {
            Fail.Print($"{table.Topic} has no times in a store; begin at a slot with --from slot:N.");
            return ExitCode.Failed;
        }

        await using var rows = await open(cancel);
        var isFollowed = follows ?? (rows.CanGrow && table.HasSlotOrder);
        if (isFollowed && !(rows.CanGrow && table.HasSlotOrder))
        {
            Fail.Print(rows.CanGrow
                ? $"{table.Topic} cannot be followed in a store: its rows have no order of time."
                : "this store is open here, and so nobody else writes to it: follow the store of a running 'sluice api', or print what is there without --follow.");
            return ExitCode.Failed;
        }

        await PrintAsync(rows, table, hasStart || !isFollowed ? request.From : new TailStart(StartKind.Latest), isFollowed, request.HasEnvelope, output, cancel);
        output.Flush();
        return ExitCode.Done;
    }

    private static async Task PrintAsync(
        StoreRows rows, StoreTable table, TailStart from, bool isFollowed, bool hasEnvelope, TailOutput output, CancellationToken cancel)
    {
        var stored = await NewestAsync(rows, cancel);
        if (from.Kind != StartKind.Latest) { await PrintAsync(rows, table, ConditionOf(from, table, stored), hasEnvelope, output, cancel); }
        while (isFollowed && !output.IsFull)
        {
            output.Flush();
            await Task.Delay(Interval, cancel);
            var newest = await NewestAsync(rows, cancel);
            if (newest <= stored) { continue; }
            await PrintAsync(rows, table, string.Create(CultureInfo.InvariantCulture, $"slot > {stored} AND slot <= {newest}"), hasEnvelope, output, cancel);
            stored = newest;
        }
    }

    /// <summary>The newest slot that is stored as a whole.</summary>
    private static async Task<long> NewestAsync(StoreRows rows, CancellationToken cancel)
    {
        await foreach (var line in rows.ReadAsync("SELECT toInt64(max(slot)) AS newest FROM blocks", cancel))
        {
            using var row = JsonDocument.Parse(line);
            return long.Parse(row.RootElement.GetProperty("newest").ToString(), CultureInfo.InvariantCulture);
        }

        return 0;
    }

    private static string ConditionOf(TailStart from, StoreTable table, long stored)
    {
        var start = from.Kind switch
        {
            StartKind.Slot => string.Create(CultureInfo.InvariantCulture, $"slot >= {from.Value}"),
            StartKind.Time => string.Create(CultureInfo.InvariantCulture, $"{table.Time} >= fromUnixTimestamp64Milli(toInt64({from.Time.ToUnixTimeMilliseconds()}))"),
            _ => "1",
        };
        return table.HasSlotOrder ? string.Create(CultureInfo.InvariantCulture, $"{start} AND slot <= {stored}") : start;
    }

    private static async Task PrintAsync(StoreRows rows, StoreTable table, string condition, bool hasEnvelope, TailOutput output, CancellationToken cancel)
    {
        await foreach (var line in rows.ReadAsync(table.Select(condition), cancel))
        {
            if (output.IsFull) { return; }
            using var row = JsonDocument.Parse(line);
            output.Print(json => StoreTable.Write(json, row.RootElement), hasEnvelope ? json => json.WriteString("table", table.Table) : null);
        }
    }
}
