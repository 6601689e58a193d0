using System.CommandLine;
using Sluice.Cli.Commands;
using Sluice.Cli.Roles.Settings;

namespace Sluice.Cli.Roles.Tail;

/// <summary><c>sluice tail TOPIC</c>: a topic as JSON, one object a record; over Kafka, or without it from a store's tables.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var topic = new Argument<string>("TOPIC") { Description = "Topic without prefix, such as mev.arbitrages; over Kafka any topic, also changelogs and sluice.schemas." };
        var from = new Option<string?>("--from")
        {
            Description = "Where to begin: earliest, latest, slot:N, a time (2026-01-31T12:00:00Z), or an offset. Without it: the end when following, else the beginning.",
            HelpName = "earliest|latest|slot:N|TIME|OFFSET",
        };
        var partition = new Option<int?>("--partition") { Description = "The only partition to read.", HelpName = "P" };
        var filters = new Option<string[]>("--filter")
        {
            Description = "Only records whose field fits: venue=raydium-clmm, gross>=1000000, legs.pool=…, with = != > >= < <=; repeatable, all must fit.",
            HelpName = "field=value",
        };
        var max = new Option<long>("--max") { Description = "Ends after this many records.", HelpName = "N", DefaultValueFactory = _ => long.MaxValue };
        var follow = new Option<bool>("--follow") { Description = "Wait for more at the end; the default over Kafka and where the store can grow." };
        var noFollow = new Option<bool>("--no-follow") { Description = "End where the topic ends." };
        var envelope = new Option<bool>("--envelope") { Description = "Print key, partition, offset, time and headers around each record." };
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var verbose = RoleOptions.VerboseOption();
        from.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } text && TailStart.Parse(text) is null) { r.AddError("--from takes earliest, latest, slot:N, a time or an offset."); }
        });
        partition.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() < 0) { r.AddError("--partition takes 0 or more."); }
        });
        max.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<long>() < 1) { r.AddError("--max takes 1 or more."); }
        });
        filters.Validators.Add(r =>
        {
            foreach (var text in r.GetValueOrDefault<string[]>() ?? [])
            {
                if (FieldFilter.Parse(text) is null) { r.AddError($"--filter takes field=value, such as venue=raydium-clmm or gross>=1000, not '{text}'."); }
            }
        });

        var command = new Command("tail", "Prints a topic as JSON, one object a line.") { topic, from, partition, filters, max, follow, noFollow, envelope, store, cluster, verbose };
        command.Validators.Add(r =>
        {
            if (r.GetValue(follow) && r.GetValue(noFollow)) { r.AddError("Use --follow or --no-follow, not both."); }
        });
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Optional);
        command.SetAction(async (parsed, cancel) =>
        {
            var start = parsed.GetValue(from) is { } text ? TailStart.Parse(text) : null;
            bool? follows = parsed.GetValue(follow) ? true : parsed.GetValue(noFollow) ? false : null;
            using var output = new TailOutput([.. (parsed.GetValue(filters) ?? []).Select(f => FieldFilter.Parse(f)!)], parsed.GetValue(max));
            var request = new TailRequest(
                parsed.GetRequiredValue(topic),
                start ?? new TailStart(follows == false ? StartKind.Earliest : StartKind.Latest),
                parsed.GetValue(partition),
                parsed.GetValue(envelope),
                follows ?? true);
            if (kafka.Read(parsed.CommandResult) is { } settings)
            {
                return await KafkaTail.RunAsync(settings, request, output, RoleLog.For(parsed.GetValue(verbose)), cancel);
            }

            return await StoreTail.RunAsync(
                token => StoreRows.OpenAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), token),
                request with { From = start ?? new TailStart(StartKind.Earliest) },
                follows,
                start is not null,
                output,
                cancel);
        });
        return command;
    }
}
