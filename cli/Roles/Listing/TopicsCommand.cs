using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sluice.Cli.Commands;
using Sluice.Cli.Output;
using Sluice.Cli.Roles.Settings;
using Sluice.Cli.Roles.Tail;
using Sluice.Streams;
using Sluice.Streams.Kafka;
using Spectre.Console;

namespace Sluice.Cli.Roles.Listing;

/// <summary><c>sluice topics</c>: what stands on the topics and who is how far behind; without Kafka, what stands in the store's tables.</summary>
internal static class TopicsCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a topic and line." };
        var all = new Option<bool>("--all") { Description = "Every topic and group of the cluster, not only Sluice's." };
        var verbose = RoleOptions.VerboseOption();
        var store = StoreOption.Create();
        var cluster = StoreOption.CreateCluster();
        var command = new Command("topics", "Lists the topics, their records and the lag of their readers.") { json, all, store, cluster, verbose };
        var kafka = KafkaArguments.AddTo(command, KafkaUse.Optional);
        command.SetAction(async (parsed, cancel) =>
        {
            if (kafka.Read(parsed.CommandResult) is { } settings)
            {
                settings.Checked();
                var wantsAll = parsed.GetValue(all);
                var topics = await TopicCensus.TakeAsync(
                    settings.Kafka,
                    name => wantsAll || IsOurs(name, settings.Kafka),
                    group => wantsAll || group.StartsWith(settings.Kafka.GroupOf(""), StringComparison.Ordinal),
                    RoleLog.For(parsed.GetValue(verbose)));
                Print(topics, parsed.GetValue(json));
                return ExitCode.Done;
            }

            await using var rows = await StoreRows.OpenAsync(parsed.GetRequiredValue(store), parsed.GetValue(cluster), cancel);
            await PrintAsync(rows, parsed.GetValue(json), cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static bool IsOurs(string name, KafkaOptions options) =>
        Topics.All.Any(t => options.NameOf(t) == name) || name == options.TopicPrefix + KafkaSchemas.TopicName
        || (name.StartsWith(options.GroupOf(""), StringComparison.Ordinal) && name.EndsWith("-changelog", StringComparison.Ordinal));

    private static void Print(IReadOnlyList<TopicState> topics, bool asJson)
    {
        if (asJson)
        {
            foreach (var topic in topics) { WriteLine(json => Write(json, topic)); }
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("topic");
        foreach (var column in new[] { "partitions", "records", "kept", "group", "lag" }) { table.AddColumn(column is "kept" or "group" ? new TableColumn(column) : new TableColumn(column).RightAligned()); }
        foreach (var topic in topics)
        {
            var first = topic.Groups.Count > 0 ? topic.Groups[0] : null;
            Row(table, topic.Name, Human.Count(topic.Partitions), Human.Count(topic.Records), Kept(topic), first?.Group ?? "", first is null ? "" : Human.Count(first.Lag));
            foreach (var group in topic.Groups.Skip(1)) { Row(table, "", "", "", "", group.Group, Human.Count(group.Lag)); }
        }

        Show(table);
    }

    private static void Write(Utf8JsonWriter json, TopicState topic)
    {
        json.WriteString("topic", topic.Name);
        json.WriteNumber("partitions", topic.Partitions);
        json.WriteNumber("records", topic.Records);
        json.WriteStartObject("settings");
        foreach (var (name, value) in topic.Settings) { json.WriteString(name, value); }
        json.WriteEndObject();
        json.WriteStartArray("groups");
        foreach (var group in topic.Groups)
        {
            json.WriteStartObject();
            json.WriteString("group", group.Group);
            json.WriteNumber("lag", group.Lag);
            json.WriteNumber("partitions", group.Partitions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task PrintAsync(StoreRows rows, bool asJson, CancellationToken cancel)
    {
        var sql = string.Join(" UNION ALL ", StoreTable.All.Select((t, i) => string.Create(
            CultureInfo.InvariantCulture, $"SELECT {i} AS place, toInt64(count()) AS records FROM {t.Table} FINAL"))) + " ORDER BY place";
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("topic");
        table.AddColumn("table");
        table.AddColumn(new TableColumn("rows").RightAligned());
        await foreach (var line in rows.ReadAsync(sql, cancel))
        {
            using var row = JsonDocument.Parse(line);
            var of = StoreTable.All[row.RootElement.GetProperty("place").GetInt32()];
            var count = long.Parse(row.RootElement.GetProperty("records").ToString(), CultureInfo.InvariantCulture);
            if (asJson)
            {
                WriteLine(json =>
                {
                    json.WriteString("topic", of.Topic);
                    json.WriteString("table", of.Table);
                    json.WriteNumber("records", count);
                });
            }

            Row(table, of.Topic, of.Table, Human.Count(count));
        }

        if (!asJson) { Show(table); }
    }

    private static string Kept(TopicState topic)
    {
        var policy = topic.Settings.GetValueOrDefault("cleanup.policy", "");
        if (policy == "compact") { return "newest of each key"; }
        return long.TryParse(topic.Settings.GetValueOrDefault("retention.ms"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms)
            ? ms < 0 ? "for ever" : string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromMilliseconds(ms).TotalDays:0.##} days")
            : policy;
    }

    private static void WriteLine(Action<Utf8JsonWriter> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(c)).ToArray());

    private static void Show(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (Console.IsOutputRedirected) { console.Profile.Width = 160; }
        console.Write(table);
    }
}
