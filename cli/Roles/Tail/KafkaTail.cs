using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Cli.Output;
using Sluice.Cli.Roles.Settings;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Tail;

/// <summary>What is asked of a tail.</summary>
/// <param name="Topic">Topic, with or without prefix.</param>
/// <param name="From">Where to begin.</param>
/// <param name="Partition">The only partition to read, or null.</param>
/// <param name="HasEnvelope">Whether key, place, time and headers are printed around the record.</param>
/// <param name="Follows">Whether to wait for more at the end.</param>
internal sealed record TailRequest(string Topic, TailStart From, int? Partition, bool HasEnvelope, bool Follows);

/// <summary>Follows a topic of a Kafka cluster.</summary>
internal static class KafkaTail
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(KafkaSettings settings, TailRequest request, TailOutput output, ILogger log, CancellationToken cancel)
    {
        settings.Checked();
        IReadOnlyDictionary<string, int> topics;
        using (var admin = new TopicAdmin(settings.Kafka, log)) { topics = admin.Partitions(); }
        if (NameOf(request.Topic, settings.Kafka, topics) is not { } name)
        {
            Fail.Print($"there is no topic {settings.Kafka.TopicPrefix}{request.Topic} on {settings.Kafka.BootstrapServers}; 'sluice topics' lists those that are there.");
            return ExitCode.Failed;
        }

        if (request.Partition is { } only && only >= topics[name])
        {
            Fail.Print($"topic {name} has the partitions 0 to {topics[name] - 1}.");
            return ExitCode.Failed;
        }

        await using var formats = await settings.OpenFormatsForReadingAsync(topics, log, cancel);
        var text = MessageText.Of(name, settings.Kafka, formats, cancel);
        using var reader = new TopicReader(settings.Kafka, name, log);
        int[] partitions = request.Partition is { } one ? [one] : [.. Enumerable.Range(0, topics[name])];
        reader.Begin(partitions.ToDictionary(p => p, p => StartOf(reader, text, p, request.From, cancel)));
        return Read(reader, text, name, request, output, cancel);
    }

    /// <summary>A topic of ours, a changelog of ours, or any topic by its whole name.</summary>
    private static string? NameOf(string topic, KafkaOptions options, IReadOnlyDictionary<string, int> topics)
    {
        string[] candidates = [options.TopicPrefix + topic, $"{options.TopicPrefix}{options.ApplicationId}-{topic}", topic];
        return candidates.FirstOrDefault(topics.ContainsKey);
    }

    private static int Read(TopicReader reader, MessageText text, string name, TailRequest request, TailOutput output, CancellationToken cancel)
    {
        var isFaulty = false;
        while (!output.IsFull)
        {
            if (cancel.IsCancellationRequested)
            {
                output.Flush();
                cancel.ThrowIfCancellationRequested();
            }

            if (reader.Read(ReadWait) is not { } message)
            {
                output.Flush();
                if (!request.Follows && reader.HasReachedEnd) { break; }
                continue;
            }

            if (request.From.Kind == StartKind.Slot && text.SlotOf(message) < request.From.Value) { continue; }
            if (!text.TryRead(message, out var write, out var problem))
            {
                Fail.Print($"{name}[{message.Partition}] offset {message.Offset}: {problem}");
                isFaulty = true;
                continue;
            }

            output.Print(write, request.HasEnvelope ? json => WriteEnvelope(json, name, message, text) : null);
        }

        output.Flush();
        return isFaulty ? ExitCode.Failed : ExitCode.Done;
    }

    private static long StartOf(TopicReader reader, MessageText text, int partition, TailStart from, CancellationToken cancel)
    {
        var (first, end) = reader.Range(partition);
        return from.Kind switch
        {
            StartKind.Earliest => first,
            StartKind.Latest => end,
            StartKind.Offset => Math.Clamp(from.Value, first, end),
            StartKind.Time => reader.OffsetAt(partition, from.Time),
            _ => Search(reader, text, partition, first, end, from.Value, cancel),
        };
    }

    /// <summary>Halves the partition until the first message of a slot is found. Slots ascend there, but for those that were filled in later.</summary>
    private static long Search(TopicReader reader, MessageText text, int partition, long first, long end, long slot, CancellationToken cancel)
    {
        while (first < end)
        {
            cancel.ThrowIfCancellationRequested();
            var middle = first + ((end - first) / 2);
            reader.Begin(new Dictionary<int, long> { [partition] = middle });
            TopicMessage? message;
            do { message = reader.Read(ReadWait); }
            while (message is null && !reader.HasReachedEnd && !cancel.IsCancellationRequested);
            if (message is null || text.SlotOf(message) is not { } found || found >= slot) { end = middle; }
            else { first = message.Offset + 1; }
        }

        return first;
    }

    private static void WriteEnvelope(Utf8JsonWriter json, string name, TopicMessage message, MessageText text)
    {
        json.WriteString("topic", name);
        json.WriteNumber("partition", message.Partition);
        json.WriteNumber("offset", message.Offset);
        json.WriteNumber("timestamp_unix_ms", message.TimestampUnixMs);
        json.WritePropertyName("key");
        text.WriteKey(json, message.Key);
        json.WriteStartObject("headers");
        foreach (var (header, value) in message.Headers) { json.WriteString(header, value); }
        json.WriteEndObject();
    }
}
