using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api;
using Sluice.Api.Metrics;
using Sluice.Cli.Commands;
using Sluice.Cli.Output;
using Sluice.Ingest.Yellowstone;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Live;

/// <summary><c>sluice run --rpc URL</c>: the chain's blocks, as they are confirmed, through the whole pipeline into a store, and the api beside it.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var rpc = EndpointOption.Create();
        var ws = SocketOption.Create();
        var grpc = GrpcOption.Create();
        var from = new Option<ulong?>("--from")
        {
            Description = "First slot. Default: behind the newest one of the store, or the newest one of the chain where the store is empty.",
            HelpName = "SLOT",
        };
        var validators = ValidatorsOption.Create();
        var json = new Option<bool>("--json") { Description = "One JSON object a finding and line on standard output; a retraction says which one holds no more." };
        var port = ApiCommand.PortOption();
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var command = new Command("run", "Follows the chain into a store and serves it; confirmed blocks first, compared with the finalized ones.")
        {
            rpc, ws, grpc, from, validators, json, port, store, cluster,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!EndpointOption.TryRead(parsed.GetValue(rpc), out var endpoints)) { return ExitCode.WrongArguments; }
            if (!SocketOption.TryRead(parsed.GetValue(ws), endpoints, out var sockets)) { return ExitCode.WrongArguments; }
            if (!GrpcOption.TryRead(parsed.GetValue(grpc), out var streams)) { return ExitCode.WrongArguments; }
            await using var opened = await StoreOption.OpenAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            using var lines = parsed.GetValue(json) ? new JsonLines(new BufferedStream(Console.OpenStandardOutput(), 1 << 16)) : null;
            var options = new LiveOptions
            {
                Endpoints = endpoints,
                Pushes =
                [
                    .. sockets.Select(s => NodeSockets.Of(s)),
                    .. streams.Select(s => new YellowstonePush(s, new YellowstoneOptions())),
                ],
                From = parsed.GetValue(from),
                ValidatorsEvery = TimeSpan.FromMinutes(parsed.GetValue(validators)),
                Findings = lines is null ? [] : [lines],
            };
            return await RunAsync(opened, options, parsed.GetValue(port), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(IClickHouse store, LiveOptions options, int port, CancellationToken cancel)
    {
        using var registry = new MetricRegistry();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        await SchemaMigrations.ApplyAsync(store, cancel);
        using var surface = new LiveSurface(meters, options.Time);
        using var live = new LiveRun(store, options with { Findings = [.. options.Findings, surface.Findings] }, meters);
        surface.Figures = () => live.Figures;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var serving = ApiCommand.ServeAsync(store, new ApiOptions { Port = port }, registry, either.Token, live: surface.Services);
        var running = live.RunAsync(either.Token);
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
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The api could not be served, and has said why.
        }

        return served;
    }
}
