using System.CommandLine;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Sluice.Api;
using Sluice.Api.ClickHouse;
using Sluice.Api.Metrics;
using Sluice.Cli.Output;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
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
        var clickHousePort = ClickHousePortOption();
        var command = new Command("api", "Serves a store over HTTP on 127.0.0.1, read-only.") { store, cluster, port, clickHousePort };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var opened = await StoreOption.OpenExistingAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            await SchemaMigrations.RequireCurrentAsync(opened, cancel);
            if (parsed.GetValue(clickHousePort) is not null && opened is not EmbeddedClickHouse)
            {
                Fail.Print("--clickhouse-port is for a store in a folder: a ClickHouse server answers its protocol itself.");
                return ExitCode.WrongArguments;
            }

            return await ServeAsync(opened, parsed.GetValue(port), null, cancel, parsed.GetValue(clickHousePort));
        });
        return command;
    }

    public static Option<int> PortOption()
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 lets the system choose one.", DefaultValueFactory = _ => DefaultPort };
        port.Validators.Add(r =>
        {
            if (!IsPort(r.GetValueOrDefault<int>())) { r.AddError("--port takes 0 to 65535."); }
        });
        return port;
    }

    /// <summary>Serves until Ctrl-C, which is how serving ends well.</summary>
    /// <param name="clickHousePort">Port that answers ClickHouse's HTTP protocol; null for none.</param>
    public static async Task<int> ServeAsync(
        IClickHouse store, int port, MetricRegistry? metrics, CancellationToken cancel, int? clickHousePort = null)
    {
        await using var app = ApiHost.Build(new ApiOptions { Port = port }, store, metrics);
        await using var clickHouse = clickHousePort is { } given ? ClickHouseHost.Build(new ClickHouseOptions { Port = given }, store) : null;
        if (!await TryStartAsync(app, port, "--port", cancel)) { return ExitCode.Failed; }
        if (clickHouse is not null && !await TryStartAsync(clickHouse, clickHousePort!.Value, "--clickhouse-port", cancel)) { return ExitCode.Failed; }

        var address = app.Urls.First();
        using var announcement = StoreAnnouncement.Write(store, address);
        Console.Error.WriteLine($"Serving on {address} (Ctrl-C ends): {address}/api/v1/arbitrages, {address}/openapi/v1.json, {address}/metrics");
        if (clickHouse is not null) { Console.Error.WriteLine($"Answering ClickHouse's HTTP protocol, read-only, on {clickHouse.Urls.First()}"); }
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None);
            if (clickHouse is not null) { await clickHouse.StopAsync(CancellationToken.None); }
        }

        return ExitCode.Done;
    }

    private static Option<int?> ClickHousePortOption()
    {
        var port = new Option<int?>("--clickhouse-port")
        {
            Description = "TCP port on which ClickHouse's HTTP protocol is answered too, for curl, Grafana, DBeaver or any client; 8123 is usual.",
        };
        port.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is { } given && !IsPort(given)) { r.AddError("--clickhouse-port takes 0 to 65535."); }
        });
        return port;
    }

    private static bool IsPort(int number) => number is >= 0 and <= 65_535;

    private static async Task<bool> TryStartAsync(WebApplication app, int port, string option, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
            return true;
        }
        catch (IOException e) when (e.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            Fail.Print($"port {port} of 127.0.0.1 is in use: stop what listens there or name another one with {option}.");
            return false;
        }
    }
}
