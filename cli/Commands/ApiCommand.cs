using System.CommandLine;
using System.Net.Sockets;
using Sluice.Api;
using Sluice.Api.Metrics;
using Sluice.Cli.Output;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice api</c>: serves a store on 127.0.0.1, read-only.</summary>
internal static class ApiCommand
{
    private const int DefaultPort = 8080;

    public static Command Create()
    {
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var port = PortOption();
        var command = new Command("api", "Serves a store over HTTP on 127.0.0.1, read-only.") { store, cluster, port };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var opened = await StoreOption.OpenExistingAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            await SchemaMigrations.RequireCurrentAsync(opened, cancel);
            return await ServeAsync(opened, parsed.GetValue(port), null, cancel);
        });
        return command;
    }

    public static Option<int> PortOption()
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 lets the system choose one.", DefaultValueFactory = _ => DefaultPort };
        port.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 0 or > 65_535) { r.AddError("--port takes 0 to 65535."); }
        });
        return port;
    }

    /// <summary>Serves until Ctrl-C, which is how serving ends well.</summary>
    public static async Task<int> ServeAsync(IClickHouse store, int port, MetricRegistry? metrics, CancellationToken cancel)
    {
        await using var app = ApiHost.Build(new ApiOptions { Port = port }, store, metrics);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            Fail.Print($"port {port} of 127.0.0.1 is in use: stop what listens there or name another one with --port.");
            return ExitCode.Failed;
        }

        var address = app.Urls.First();
        using var announcement = StoreAnnouncement.Write(store, address);
        Console.Error.WriteLine($"Serving on {address} (Ctrl-C ends): {address}/api/v1/arbitrages, {address}/openapi/v1.json, {address}/metrics");
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None);
        }

        return ExitCode.Done;
    }
}
