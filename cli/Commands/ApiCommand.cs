using System.CommandLine;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api;
using Sluice.Api.ClickHouse;
using Sluice.Api.Feed;
using Sluice.Api.Metrics;
using Sluice.Cli.Output;
using Sluice.Cli.Roles;
using Sluice.Cli.Roles.Feed;
using Sluice.Cli.Roles.Settings;
using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice api</c>: serves a store on 127.0.0.1, read-only; with Kafka also the live feed of its topics.</summary>
internal static class ApiCommand
{
    private const int DefaultPort = 8080;

    public static Command Create()
    {
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var port = PortOption();
        var listen = ListenOption();
        var hosts = new Option<string[]>("--allow-host") { Description = "A name, beside this machine's own, by which requests may come; repeatable.", HelpName = "NAME" };
        var clickHousePort = ClickHousePortOption();
        var verbose = RoleOptions.VerboseOption();
        var command = new Command("api", "Serves a store over HTTP, read-only, on 127.0.0.1 unless told otherwise; with --kafka also what comes on its topics, live.")
        {
            store, cluster, port, listen, hosts, clickHousePort, verbose,
        };
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Optional);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var opened = await StoreOption.OpenExistingAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            await SchemaMigrations.RequireCurrentAsync(opened, cancel);
            if (parsed.GetValue(clickHousePort) is not null && opened is not EmbeddedClickHouse)
            {
                Fail.Print("--clickhouse-port is for a store in a folder: a ClickHouse server answers its protocol itself.");
                return ExitCode.WrongArguments;
            }

            var options = new ApiOptions
            {
                Port = parsed.GetValue(port),
                Address = IPAddress.Parse(parsed.GetRequiredValue(listen)),
                Hosts = (parsed.GetValue(hosts) ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase),
            };
            return kafka.Read(parsed.CommandResult) is { } settings
                ? await ServeTopicsAsync(opened, options, settings, RoleLog.For(parsed.GetValue(verbose)), parsed.GetValue(clickHousePort), cancel)
                : await ServeAsync(opened, options, null, cancel, parsed.GetValue(clickHousePort));
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
    /// <param name="live">What happens now, where the process follows a chain.</param>
    public static async Task<int> ServeAsync(
        IClickHouse store, ApiOptions options, MetricRegistry? metrics, CancellationToken cancel, int? clickHousePort = null, LiveServices? live = null)
    {
        await using var app = ApiHost.Build(options, store, metrics, live: live);
        await using var clickHouse = clickHousePort is { } given ? ClickHouseHost.Build(new ClickHouseOptions { Port = given }, store) : null;
        if (!await TryStartAsync(app, options.Address, options.Port, "--port", cancel)) { return ExitCode.Failed; }
        if (clickHouse is not null && !await TryStartAsync(clickHouse, IPAddress.Loopback, clickHousePort!.Value, "--clickhouse-port", cancel)) { return ExitCode.Failed; }

        // What listens everywhere is asked on this machine.
        var address = app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
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

    /// <summary>Serves a store with the live feed of topics.</summary>
    private static async Task<int> ServeTopicsAsync(IClickHouse store, ApiOptions options, KafkaSettings settings, RoleLog log, int? clickHousePort, CancellationToken cancel)
    {
        settings.Checked();
        using var registry = new MetricRegistry();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var feed = new LiveFeed(meters: meters);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var following = new TopicFeed(settings, feed, meters, log).RunAsync(either.Token);
        Console.Error.WriteLine($"Live feed of the topics on {settings.Kafka.BootstrapServers}: /ws/live, /api/v1/live");
        var serving = ServeAsync(store, options, registry, either.Token, clickHousePort, new LiveServices(feed, null));

        // Neither ends by itself: whichever does takes the other with it.
        await Task.WhenAny(serving, following);
        await either.CancelAsync();
        var served = await serving;
        await following.ContinueWith(static f => { if (f.IsFaulted) { f.GetAwaiter().GetResult(); } }, TaskScheduler.Default);
        return served;
    }

    private static Option<string> ListenOption()
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Address to listen on; 0.0.0.0 is every one. Beyond 127.0.0.1, whoever reaches it may read everything.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        listen.Validators.Add(r =>
        {
            if (!IPAddress.TryParse(r.GetValueOrDefault<string>(), out _)) { r.AddError("--listen takes an address of this machine, such as 127.0.0.1 or 0.0.0.0."); }
        });
        return listen;
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

    private static async Task<bool> TryStartAsync(WebApplication app, IPAddress address, int port, string option, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
            return true;
        }
        catch (IOException e) when (e.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            Fail.Print($"port {port} of {address} is in use: stop what listens there or name another one with {option}.");
            return false;
        }
    }
}
