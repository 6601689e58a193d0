using System.CommandLine;
using Sluice.Cli.Output;
using Sluice.Cli.Roles.Http;
using Sluice.Cli.Roles.Settings;
using Sluice.Cli.Roles.Stores;
using Sluice.Processors.Topologies;
using Sluice.Sinks.Rows;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles;

/// <summary><c>sluice process</c>: topologies over Kafka until Ctrl-C; any number of processes share the work.</summary>
internal static class ProcessCommand
{
    public static Command Create()
    {
        var names = new Option<string>("--topologies")
        {
            Description = $"Which to run, by comma: {string.Join(", ", TopologyCatalog.Names)}.",
            HelpName = "NAME[,…]",
            DefaultValueFactory = _ => string.Join(',', TopologyCatalog.Names),
        };
        names.Validators.Add(r =>
        {
            var wanted = Split(r.GetValueOrDefault<string>());
            if (wanted.Length == 0) { r.AddError("--topologies takes at least one name."); }
            foreach (var name in wanted.Where(n => !TopologyCatalog.Names.Contains(n)))
            {
                r.AddError($"There is no topology {name}: there are {string.Join(", ", TopologyCatalog.Names)}.");
            }
        });
        var command = new Command("process", "Runs topologies over Kafka.") { names };
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Topics | KafkaUse.Commits | KafkaUse.Tasks);
        var role = RoleOptions.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(
            kafka.Read(parsed.CommandResult)!, Split(parsed.GetRequiredValue(names)), role.Http(parsed), () => role.Host(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(KafkaSettings settings, string[] names, HttpAddress http, Func<RoleHost> open, CancellationToken cancel)
    {
        settings.Checked();
        await using var host = open();
        var stores = new StoreEndpoints { Topologies = names.ToHashSet() };
        await host.ServeAsync(http, stores.Map, cancel);
        await using var formats = await settings.OpenFormatsAsync(host.Log, cancel);
        var detectors = new DetectorMetrics(host.Meters);
        var topologies = names.Select(n => TopologyCatalog.Build(n, BlockRows.PipelineVersion, detectors)).ToArray();
        var streams = new KafkaStreams(settings.Kafka, topologies, formats, new StreamsMetrics(host.Meters), host.Log);
        stores.Streams = streams;
        host.Health = () => RoleHealth.Of(streams.States);
        Console.Error.WriteLine(
            $"Processing {string.Join(", ", names)} as {settings.Kafka.GroupOf("…")} on {settings.Kafka.BootstrapServers} (Ctrl-C ends)");
        await streams.RunAsync(cancel);
        return ExitCode.Done;
    }

    private static string[] Split(string? names) => [.. (names ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
