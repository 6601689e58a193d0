using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Cli.Roles.Http;
using Sluice.Cli.Roles.Settings;
using Sluice.Ingest;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Ingest;

/// <summary><c>sluice ingest PATH…</c>: blocks into chain.blocks, each slot once. Of several workers one writes, the others stand by for it.</summary>
internal static class IngestCommand
{
    private static readonly RoleHealth Standby = new("standby", null);

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders and globs, as for replay.", Arity = ArgumentArity.OneOrMore };
        var again = new Option<bool>("--again") { Description = "Write slots that were written before once more, to process them anew." };
        var json = new Option<bool>("--json") { Description = "The summary as one JSON object on standard output." };
        var workers = new Option<int>("--workers") { Description = "Threads that read and decode.", DefaultValueFactory = _ => Environment.ProcessorCount };
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 256) { r.AddError("--workers takes 1 to 256."); }
        });
        var command = new Command("ingest", "Writes files of blocks to Kafka, each slot once.") { paths, again, json, workers };
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Topics | KafkaUse.Commits);
        var role = RoleOptions.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(
            kafka.Read(parsed.CommandResult)!,
            parsed.GetRequiredValue(paths),
            parsed.GetValue(again),
            parsed.GetValue(workers),
            parsed.GetValue(json) ? PrintJson : SummaryTable.Print,
            role.Http(parsed),
            () => role.Host(parsed),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        KafkaSettings settings, string[] paths, bool again, int workers, Action<ReplaySummary, ReplayTotals> print, HttpAddress http, Func<RoleHost> open,
        CancellationToken cancel)
    {
        settings.Checked();
        await using var host = open();
        await host.ServeAsync(http, null, cancel);
        await using var formats = await settings.OpenFormatsAsync(host.Log, cancel);
        var role = new ExclusiveRole<long, LedgerEntry>(
            settings.Kafka, IngestLedger.Role, IngestLedger.Store, [Topics.Blocks, Topics.DeadLetters], formats, new StreamsMetrics(host.Meters), host.Log);
        var metrics = new IngestMetrics(host.Meters);
        metrics.ObserveActive(() => role.IsActive);
        host.Health = () => role.IsActive ? RoleHealth.Running : Standby;
        Console.Error.WriteLine(
            $"Ingesting into {settings.Kafka.NameOf(Topics.Blocks)} on {settings.Kafka.BootstrapServers}, when no other worker does (Ctrl-C ends)");
        (ReplaySummary Summary, ReplayTotals Totals)? outcome = null;
        await role.RunAsync(
            async (session, turn) =>
            {
                // A turn that was lost begins anew: what it wrote stands in the ledger.
                var run = new IngestRun(new FileInput(paths), session, again, workers, metrics);
                using var progress = new ProgressLine();
                outcome = (run.Summary, await run.RunAsync(progress, turn).ConfigureAwait(false));
            },
            cancel);
        var (summary, totals) = outcome ?? throw new InvalidOperationException("The role ended without a turn.");
        print(summary, totals);
        return totals.LeftOut == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void PrintJson(ReplaySummary summary, ReplayTotals totals)
    {
        using var lines = new JsonLines(new BufferedStream(Console.OpenStandardOutput(), 1 << 16));
        lines.Write(summary, totals);
    }
}
