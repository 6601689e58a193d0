using System.CommandLine;
using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary><c>sluice record --rpc URL… --out FILE|DIR</c>: the chain's finalized blocks, as they come, into archives that replay.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var rpc = EndpointOption.Create();
        var path = new Option<string>("--out")
        {
            Description = "Archive to write, ending in .sluice, or a folder: an archive an hour. One that is there is continued.",
            HelpName = "FILE|DIR",
            Required = true,
        };
        var from = new Option<ulong?>("--from")
        {
            Description = "First slot. Default: behind the newest one that is recorded, or the newest one of the chain where nothing is.",
            HelpName = "SLOT",
        };
        var slots = new Option<ulong?>("--slots") { Description = "Ends after so many slots, counted from the first one. Default: goes on until Ctrl-C.", HelpName = "N" };
        slots.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<ulong?>() == 0) { r.AddError("--slots takes 1 or more."); }
        });
        var command = new Command("record", "Writes the chain's finalized blocks into archives.") { rpc, path, from, slots };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!EndpointOption.TryRead(parsed.GetValue(rpc), out var endpoints)) { return ExitCode.WrongArguments; }
            return await RunAsync(endpoints, parsed.GetRequiredValue(path), parsed.GetValue(from), parsed.GetValue(slots), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(List<RpcEndpointAddress> endpoints, string path, ulong? from, ulong? slots, CancellationToken cancel)
    {
        using var rpc = new RpcClient(new RpcOptions { Endpoints = endpoints });
        var outage = new Outage(TimeProvider.System);
        var follower = new BlockFollower(new ChainClient(rpc), new FollowerOptions()) { Waiting = outage.Tell };
        using var recording = Recording.Open(path);
        var plan = RecordPlan.Of(recording.Newest, from, slots);
        if (plan.IsDone)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path} holds all of it already, up to slot {recording.Newest}."));
            return ExitCode.Done;
        }

        Console.Error.WriteLine($"Recording finalized blocks of {string.Join(", ", rpc.Endpoints.Select(e => e.Shown))} {plan.Shown} into {path} (Ctrl-C ends)");
        var run = new RecordRun(follower, recording, plan);
        try
        {
            using var progress = new ProgressLine();
            await run.RunAsync(progress, cancel);
        }
        finally
        {
            Console.Out.WriteLine($"{path}: {run.Summary}");
        }

        return run.LeftOut == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
