using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>Takes the changes of one changelog partition.</summary>
internal interface IRestoreTarget
{
    /// <summary>Changelog topic on the cluster.</summary>
    string Topic { get; }

    int Partition { get; }

    void Restore(in ChangelogRecord change);
}

/// <summary>Reads changelogs into state: to their end, for state that is about to be used, or for ever, for standby state.</summary>
/// <remarks>
/// A changelog is restored when reading has passed the high watermark that it had at the start. The watermark of uncommitted reading counts, since the end
/// of a transaction that was being committed by the former owner may reach the changelog after the offsets. Single-threaded.
/// </remarks>
internal sealed class ChangelogReader : IDeserializer<int>, IDisposable
{
    private const int MostRecords = 10_000;
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(5);

    private readonly IConsumer<byte[], int> _consumer;
    private readonly string _name;
    private readonly ILogger _log;
    private readonly Dictionary<TopicPartition, Progress> _all = [];
    private ChangelogRecord _change;

    public ChangelogReader(KafkaOptions options, string name, ILogger log)
    {
        (_name, _log) = (name, log);
        _change.Reset();
        KafkaLibrary.Load();
        var properties = ClientProperties.Reader(options, $"{options.ApplicationId}-{name}-restore");
        properties["dotnet.consumer.consume.result.fields"] = "topic";

        // The end is only known by an answer without records, which brokers hold back this long.
        properties["fetch.wait.max.ms"] = "20";
        _consumer = new ConsumerBuilder<byte[], int>(properties)
            .SetValueDeserializer(this)
            .SetLogHandler((_, message) => KafkaLog.Client(log, message))
            .SetErrorHandler((_, error) => KafkaLog.ClientError(log, error))
            .Build();
    }

    /// <summary>Changelogs being read.</summary>
    public int Count => _all.Count;

    /// <summary>Begins to read a changelog partition from its beginning. Waits for the brokers.</summary>
    /// <exception cref="KafkaException">They did not answer.</exception>
    public void Add(IRestoreTarget target)
    {
        var at = new TopicPartition(target.Topic, target.Partition);
        var watermarks = _consumer.QueryWatermarkOffsets(at, CallTime);
        _all[at] = new Progress(target, watermarks.High.Value) { Position = watermarks.Low.Value };
        if (_all[at].IsRestored) { _all[at].Position = watermarks.High.Value; }
        _consumer.IncrementalAssign([new TopicPartitionOffset(at, watermarks.Low)]);
    }

    /// <summary>Sets the end to reach anew: what stood by is about to be used.</summary>
    public void RefreshEnd(IRestoreTarget target)
    {
        var at = new TopicPartition(target.Topic, target.Partition);
        _all[at].End = _consumer.QueryWatermarkOffsets(at, CallTime).High.Value;
    }

    /// <summary>Ends reading a changelog partition.</summary>
    public void Remove(IRestoreTarget target)
    {
        var at = new TopicPartition(target.Topic, target.Partition);
        if (_all.Remove(at)) { _consumer.IncrementalUnassign([at]); }
    }

    /// <summary>True when everything up to the end that was asked for is restored.</summary>
    public bool IsRestored(IRestoreTarget target) => _all[new TopicPartition(target.Topic, target.Partition)].IsRestored;

    /// <summary>Records that are missing, by offset.</summary>
    public long Remaining(IRestoreTarget target) =>
        _all.TryGetValue(new TopicPartition(target.Topic, target.Partition), out var progress) ? Math.Max(0, progress.End - progress.Position) : 0;

    /// <summary>Records restored of a changelog partition.</summary>
    public long Records(IRestoreTarget target) => _all[new TopicPartition(target.Topic, target.Partition)].Records;

    /// <summary>Applies what is there, waiting for the first.</summary>
    public void Poll(TimeSpan wait)
    {
        for (var i = 0; i < MostRecords; i++)
        {
            ConsumeResult<byte[], int>? result;
            try
            {
                result = _consumer.Consume(i == 0 ? wait : TimeSpan.Zero);
            }
            catch (ConsumeException e) when (!e.Error.IsFatal)
            {
                return; // the client goes on by itself
            }

            if (result is null) { return; }
            Take(result);
        }
    }

    int IDeserializer<int>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (context.Component == MessageComponentType.Key) { return 0; }
        _change.Reset();
        _change.IsTombstone = isNull;
        _change.Value.AddRange(data);
        return data.Length;
    }

    public void Dispose() => Ending.Within(_name, _log, _consumer.Dispose);

    private void Take(ConsumeResult<byte[], int> result)
    {
        if (!_all.TryGetValue(result.TopicPartition, out var progress)) { return; }
        if (result.IsPartitionEOF)
        {
            // Past aborted records and markers, which are not given out.
            progress.Position = Math.Max(progress.Position, result.Offset.Value);
            return;
        }

        progress.Position = result.Offset.Value + 1;
        progress.Records++;
        _change.Key.AddRange(result.Message.Key);
        progress.Target.Restore(in _change);
    }

    private sealed class Progress(IRestoreTarget target, long end)
    {
        public IRestoreTarget Target { get; } = target;

        public long End { get; set; } = end;

        public long Position { get; set; }

        public long Records { get; set; }

        public bool IsRestored => Position >= End;
    }
}
