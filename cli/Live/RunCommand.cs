using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api;
using Sluice.Api.Metrics;
using Sluice.Cli.Commands;
using Sluice.Cli.Output;
using Sluice.Cli.Replay;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary><c>sluice run --rpc URL</c>: the chain's finalized blocks, as they come, through the whole pipeline into a store, and the api beside it.</summary>
internal static class RunCommand
{
    /// <summary>How soon rows are stored.</summary>
    private static readonly TimeSpan BatchAge = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var rpc = EndpointOption.Create();
        var from = new Option<ulong?>("--from")
        {
            Description = "First slot. Default: behind the newest one of the store, or the newest one of the chain where the store is empty.",
            HelpName = "SLOT",
        };
        var json = new Option<bool>("--json") { Description = "One JSON object a finding and line on standard output." };
        var port = ApiCommand.PortOption();
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var command = new Command("run", "Follows the chain's finalized blocks into a store and serves it.") { rpc, from, json, port, store, cluster };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!EndpointOption.TryRead(parsed.GetValue(rpc), out var endpoints)) { return ExitCode.WrongArguments; }
            await using var opened = await StoreOption.OpenAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            return await RunAsync(opened, endpoints, parsed.GetValue(from), parsed.GetValue(json), parsed.GetValue(port), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(IClickHouse store, List<RpcEndpointAddress> endpoints, ulong? from, bool json, int port, CancellationToken cancel)
    {
        using var registry = new MetricRegistry();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var rpc = new RpcClient(new RpcOptions { Endpoints = endpoints }, new RpcMetrics(meters));
        var outage = new Outage(TimeProvider.System);
        var follower = new BlockFollower(new ChainClient(rpc), new FollowerOptions()) { Waiting = outage.Tell };
        await SchemaMigrations.ApplyAsync(store, cancel);
        var start = await LiveStart.OfAsync(store, from, cancel);
        var input = new LiveInput(follower, start.First, start.Before);
        Console.Error.WriteLine($"Following finalized blocks of {string.Join(", ", rpc.Endpoints.Select(e => e.Shown))} {start.Shown}.");

        using var lines = json ? new JsonLines(new BufferedStream(Console.OpenStandardOutput(), 1 << 16)) : null;
        var options = new ReplayOptions { Findings = lines, Meters = meters, Writer = new StoreWriterOptions { BatchAge = BatchAge } };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var serving = ApiCommand.ServeAsync(store, new ApiOptions { Port = port }, registry, either.Token);
        var running = StoreRun.RunAsync(store, input, options, static (_, _) => { }, either.Token);
        try
        {
            // Neither ends by itself: whichever does takes the other with it.
            await Task.WhenAny(serving, running);
        }
        finally
        {
            await either.CancelAsync();
        }

        var served = await serving;
        await running;
        return served;
    }
}
