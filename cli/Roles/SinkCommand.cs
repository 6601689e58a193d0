using System.CommandLine;
using Sluice.Cli.Commands;
using Sluice.Cli.Roles.Http;
using Sluice.Cli.Roles.Settings;
using Sluice.Sinks.Topics;
using Sluice.Sinks.Writing;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles;

/// <summary><c>sluice sink</c>: every topic into a store until Ctrl-C; offsets are committed when ClickHouse has the rows.</summary>
internal static class SinkCommand
{
    private const string Part = "sink";

    public static Command Create()
    {
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var rows = new Option<int>("--batch-rows") { Description = "Rows that make a batch full.", DefaultValueFactory = _ => new TopicSinkOptions().BatchRows };
        var age = new Option<int>("--batch-age-ms")
        {
            Description = "Age at which a batch is stored, however small, ms.",
            DefaultValueFactory = _ => (int)new TopicSinkOptions().BatchAge.TotalMilliseconds,
        };
        Limit(rows, 1, 10_000_000);
        Limit(age, 10, 3_600_000);
        var command = new Command("sink", "Stores the topics in ClickHouse.") { store, cluster, rows, age };
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Topics);
        var role = RoleOptions.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(
            kafka.Read(parsed.CommandResult)!,
            parsed.GetRequiredValue(store),
            parsed.GetValue(cluster),
            parsed.GetValue(rows),
            TimeSpan.FromMilliseconds(parsed.GetValue(age)),
            role.Http(parsed),
            () => role.Host(parsed),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        KafkaSettings settings, string storePath, string? cluster, int batchRows, TimeSpan batchAge, HttpAddress http, Func<RoleHost> open, CancellationToken cancel)
    {
        settings.Checked();
        await using var host = open();
        await host.ServeAsync(http, null, cancel);
        host.Health = () => new RoleHealth("starting", $"opening the store {StoreOption.Shown(storePath)}");
        await using var store = await StoreOption.OpenAsync(storePath, cluster, cancel);
        host.Health = () => RoleHealth.Starting;
        await using var formats = await settings.OpenFormatsAsync(host.Log, cancel);
        var streams = new StreamsMetrics(host.Meters);
        using (var admin = new TopicAdmin(settings.Kafka, host.Log))
        {
            await admin.EnsureAsync([TopicSpec.Of(Topics.DeadLetters, settings.Kafka)], cancel);
        }

        await formats.RegisterAsync([Topics.DeadLetters], cancel);
        using var letters = new DeadLetterWriter(settings.Kafka, $"{Part}-rows", formats, host.Log, cancel);
        var subscription = new KafkaSubscription(settings.Kafka, Part, Topics.All, formats, streams, host.Log);
        await using var sink = await TopicSink.OpenAsync(
            store,
            (positions, _) =>
            {
                foreach (var position in positions) { subscription.Stored(position.Topic, position.Partition, position.Next); }
                return ValueTask.CompletedTask;
            },
            (letter, _) =>
            {
                letters.Write(in letter);
                return ValueTask.CompletedTask;
            },
            new TopicSinkOptions { Group = settings.Kafka.GroupOf(Part), BatchRows = batchRows, BatchAge = batchAge },
            new StoreMetrics(host.Meters),
            host.Log,
            ct: cancel);
        host.Health = () => HealthOf(subscription.State, sink);
        Console.Error.WriteLine(
            $"Storing topics as {settings.Kafka.GroupOf(Part)} on {settings.Kafka.BootstrapServers} in {StoreOption.Shown(storePath)} (Ctrl-C ends)");
        await subscription.RunAsync(sink, cancel);
        throw new OperationCanceledException(cancel);
    }

    private static RoleHealth HealthOf(StreamsState reading, TopicSink sink) => sink.State switch
    {
        SinkState.Retrying => new RoleHealth("recovering", sink.Problem ?? "the store does not take rows just now"),
        SinkState.Waiting => new RoleHealth("waiting", sink.Problem ?? "the store takes no rows until somebody helps"),
        SinkState.Failed => new RoleHealth("failed", sink.Problem ?? "the sink has stopped"),
        _ => RoleHealth.Of([(Part, reading)]),
    };

    private static void Limit(Option<int> option, int least, int most) => option.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<int>() is var value && (value < least || value > most)) { r.AddError($"{option.Name} takes {least} to {most}."); }
    });
}
