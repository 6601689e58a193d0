using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Cli.Roles.Http;
using Sluice.Cli.Roles.Ingest.Nodes;
using Sluice.Cli.Roles.Settings;
using Sluice.Ingest;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Ingest;

/// <summary><c>sluice ingest PATH…</c> or <c>--rpc URL…</c>: blocks into chain.blocks, each slot once. Of several workers one writes, the others stand by for it.</summary>
internal static class IngestCommand
{
    private static readonly RoleHealth Standby = new("standby", null);

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders and globs, as for replay; none where nodes are followed.", Arity = ArgumentArity.ZeroOrMore };
        var again = new Option<bool>("--again") { Description = "Write slots of files that were written before once more, to process them anew." };
        var json = new Option<bool>("--json") { Description = "The summary of files as one JSON object on standard output." };
        var workers = new Option<int>("--workers") { Description = "Threads that read and decode.", DefaultValueFactory = _ => Environment.ProcessorCount };
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 256) { r.AddError("--workers takes 1 to 256."); }
        });
        var command = new Command(
            "ingest",
            "Writes blocks to Kafka, each slot once: those of files, or with --rpc those of a live chain at commitment finalized, so that nothing is retracted, and what nodes say of validators.")
        {
            paths, again, json, workers,
        };
        var nodes = NodeArguments.AddTo(command);
        command.Validators.Add(result =>
        {
            var hasPaths = result.GetResult(paths) is { Tokens.Count: > 0 };
            if (hasPaths && nodes.Given(result) is { } option) { result.AddError($"{option} is for following nodes: leave it or the files out."); }
            if (hasPaths) { return; }
            if (!nodes.NamesNodes(result)) { result.AddError("Name files of blocks, or nodes to follow: --rpc URL."); }
            if (result.GetValue(again) || result.GetValue(json)) { result.AddError("--again and --json are for files."); }
        });
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Topics | KafkaUse.Commits);
        var role = RoleOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = kafka.Read(parsed.CommandResult)!;
            var files = parsed.GetValue(paths) ?? [];
            var followed = files.Length > 0 ? null : nodes.Read(parsed);
            if (files.Length == 0 && followed is null) { return ExitCode.WrongArguments; }
            var options = new IngestRunOptions
            {
                Again = parsed.GetValue(again),
                Workers = parsed.GetValue(workers),
                IsEndless = followed is not null,
                CommitInterval = settings.Kafka.CommitInterval,
            };
            settings.Checked();
            await using var host = role.Host(parsed);
            await host.ServeAsync(role.Http(parsed), null, cancel);
            return followed is null
                ? await IngestAsync(settings, files, options, parsed.GetValue(json) ? PrintJson : SummaryTable.Print, host, cancel)
                : await FollowAsync(settings, followed, options, host, cancel);
        });
        return command;
    }

    /// <summary>Writes what is in the files.</summary>
    private static async Task<int> IngestAsync(
        KafkaSettings settings, string[] paths, IngestRunOptions options, Action<ReplaySummary, ReplayTotals> print, RoleHost host, CancellationToken cancel)
    {
        await using var formats = await settings.OpenFormatsAsync(host.Log, cancel);
        var (role, metrics) = Open(settings, formats, host, [Topics.Blocks, Topics.DeadLetters]);
        host.Health = () => role.IsActive ? RoleHealth.Running : Standby;
        (ReplaySummary Summary, ReplayTotals Totals)? outcome = null;
        await role.RunAsync(
            async (session, turn) =>
            {
                // A turn that was lost begins anew: what it wrote stands in the ledger.
                var run = new IngestRun(session, options, metrics);
                using var progress = new ProgressLine();
                outcome = (run.Summary, await run.RunAsync(new FileInput(paths), progress, turn).ConfigureAwait(false));
            },
            cancel);
        var (summary, totals) = outcome ?? throw new InvalidOperationException("The role ended without a turn.");
        print(summary, totals);
        return totals.LeftOut == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Writes the finalized blocks of nodes as they come, and what nodes say of validators, until cancelled.</summary>
    private static async Task<int> FollowAsync(KafkaSettings settings, NodeOptions nodes, IngestRunOptions options, RoleHost host, CancellationToken cancel)
    {
        await using var formats = await settings.OpenFormatsAsync(host.Log, cancel);
        var (role, metrics) = Open(settings, formats, host, [Topics.Blocks, Topics.DeadLetters, Topics.Validators]);
        using var source = new NodeSource(nodes, host.Meters);
        host.Health = () => role.IsActive ? source.Health : Standby;
        await role.RunAsync(
            async (session, turn) =>
            {
                using var progress = new ProgressLine();
                await source.RunAsync(new IngestRun(session, options, metrics), progress, turn).ConfigureAwait(false);
            },
            cancel);
        throw new InvalidOperationException("Following nodes ended by itself.");
    }

    private static (ExclusiveRole<long, LedgerEntry> Role, IngestMetrics Metrics) Open(KafkaSettings settings, TopicFormats formats, RoleHost host, Topic[] outputs)
    {
        var role = new ExclusiveRole<long, LedgerEntry>(
            settings.Kafka, IngestLedger.Role, IngestLedger.Store, outputs, formats, new StreamsMetrics(host.Meters), host.Log);
        var metrics = new IngestMetrics(host.Meters);
        metrics.ObserveActive(() => role.IsActive);
        Console.Error.WriteLine(
            $"Ingesting into {settings.Kafka.NameOf(Topics.Blocks)} on {settings.Kafka.BootstrapServers}, when no other worker does (Ctrl-C ends)");
        return (role, metrics);
    }

    private static void PrintJson(ReplaySummary summary, ReplayTotals totals)
    {
        using var lines = new JsonLines(new BufferedStream(Console.OpenStandardOutput(), 1 << 16));
        lines.Write(summary, totals);
    }
}
