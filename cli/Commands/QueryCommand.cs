using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice query "SQL"</c>: asks the store, read-only.</summary>
internal static class QueryCommand
{
    private const byte NewLine = (byte)'\n';

    public static Command Create()
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT, SHOW, DESCRIBE, EXISTS or EXPLAIN; - reads it from standard input." };
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var json = new Option<bool>("--json") { Description = "One JSON object a row and line; 64-bit integers as strings." };
        var csv = new Option<bool>("--csv") { Description = "CSV with a header." };
        var seconds = new Option<int>("--max-seconds") { Description = "Longest time to answer, seconds.", DefaultValueFactory = _ => 60 };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 86_400) { r.AddError("--max-seconds takes 1 to 86400."); }
        });
        var command = new Command("query", "Asks the store in ClickHouse's SQL.") { sql, store, cluster, json, csv, seconds };
        command.Validators.Add(r =>
        {
            if (r.GetValue(json) && r.GetValue(csv)) { r.AddError("Use --json or --csv, not both."); }
        });
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetRequiredValue(sql),
            token => StoreOption.OpenExistingAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), token),
            parsed.GetRequiredValue(store),
            parsed.GetValue(json),
            parsed.GetValue(csv),
            parsed.GetValue(seconds),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        string sql, Func<CancellationToken, Task<IClickHouse>> open, string storePath, bool json, bool csv, int seconds, CancellationToken cancel)
    {
        if (sql == "-") { sql = await Console.In.ReadToEndAsync(cancel); }
        var query = new ClickHouseQuery(sql)
        {
            Format = json ? "JSONEachRow" : csv ? "CSVWithNames" : "PrettyCompactMonoBlock",
            MaxDuration = TimeSpan.FromSeconds(seconds),
        };
        await using var output = Console.OpenStandardOutput();
        IClickHouse store;
        try
        {
            store = await open(cancel);
        }
        catch (StoreException e)
        {
            // Held by another process: when that is 'sluice api', it answers in the store's stead.
            if (StoreAnnouncement.Read(storePath) is { } api && await ServedStore.TryAskAsync(api, query, output, cancel) is { } code) { return code; }
            Fail.Print(e.Message);
            return ExitCode.Failed;
        }

        await using (store)
        {
            await SchemaMigrations.RequireCurrentAsync(store, cancel);
            await WriteAsync(store, query, json, output, cancel);
        }

        return ExitCode.Done;
    }

    private static async Task WriteAsync(IClickHouse store, ClickHouseQuery query, bool json, Stream output, CancellationToken cancel)
    {
        if (json)
        {
            await foreach (var piece in store.StreamAsync(query, cancel)) { await output.WriteAsync(piece, cancel); }
            return;
        }

        var result = await store.QueryAsync(query, cancel);
        await output.WriteAsync(result.Bytes, cancel);
        if (result.Bytes.Length > 0 && result.Bytes[^1] != NewLine) { output.WriteByte(NewLine); }
    }
}
