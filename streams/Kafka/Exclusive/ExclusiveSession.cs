using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sluice.Schemas.Records;
using Sluice.Streams.Formats;

namespace Sluice.Streams.Kafka;

/// <summary>The time in which a process is the one that writes: its outputs, and a kept state that tells what was written before, by whomever.</summary>
/// <remarks>
/// Outputs and changes of the state between two commits become visible together or not at all. A <see cref="KafkaException"/> out of any call ends the session:
/// another process has taken over, or what was written since the last commit was given up. One thread at a time.
/// </remarks>
public sealed class ExclusiveSession<TKey, TValue> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private static readonly TimeSpan RestoreWait = TimeSpan.FromMilliseconds(50);

    private readonly KafkaOptions _options;
    private readonly TopicFormats _formats;
    private readonly IReadOnlyDictionary<string, int> _partitions;
    private readonly RecordProducer _producer;
    private readonly ChangelogOutput _changelog;
    private readonly RecordBatchPool<ChangelogRecord> _changes;
    private readonly Dictionary<Topic, TopicOutput> _outputs = [];
    private readonly StreamsMetrics? _metrics;
    private readonly string _name;
    private long _lastCommit = Stopwatch.GetTimestamp();
    private bool _hasWritten;

    private ExclusiveSession(
        KafkaOptions options, string name, Topic<ChangelogRecord> changelog, TopicFormats formats, IReadOnlyDictionary<string, int> partitions, StreamsMetrics? metrics,
        RecordProducer producer)
    {
        (_options, _name, _formats, _partitions, _metrics, _producer) = (options, name, formats, partitions, metrics, producer);
        _changelog = new ChangelogOutput(options.NameOf(changelog), producer);
        _changes = new RecordBatchPool<ChangelogRecord>(changelog, 2);
        State = new KeyValueStore<TKey, TValue>(name, changelog);
    }

    /// <summary>What the processes before wrote down, and what this one adds.</summary>
    public KeyValueStore<TKey, TValue> State { get; }

    /// <summary>Shuts out whoever wrote before, and restores the state. Waits for brokers that are away.</summary>
    internal static ExclusiveSession<TKey, TValue> Open(
        KafkaOptions options, string name, Topic<ChangelogRecord> changelog, TopicFormats formats, IReadOnlyDictionary<string, int> partitions, StreamsMetrics? metrics,
        ILogger log, CancellationToken stop)
    {
        var producer = new RecordProducer(
            options, name, options.Guarantee == ProcessingGuarantee.ExactlyOnce ? $"{options.TopicPrefix}{options.ApplicationId}-{name}" : null, log, stop);
        try
        {
            producer.Initialise();
            var session = new ExclusiveSession<TKey, TValue>(options, name, changelog, formats, partitions, metrics, producer);
            session.Restore(log, stop);
            return session;
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    /// <summary>Writes a record to the partition of its key.</summary>
    /// <param name="arrivalUnixMicros">When its block's bytes arrived, Unix time in µs; 0 where unknown.</param>
    /// <param name="traceParent">W3C trace context, or null.</param>
    /// <exception cref="KafkaException">The session is over.</exception>
    public void Write<T>(Topic<T> topic, in T record, long arrivalUnixMicros = 0, string? traceParent = null)
        where T : struct, IRecord
    {
        if (!_outputs.TryGetValue(topic, out var output))
        {
            _outputs[topic] = output = new TopicOutput<T>(topic, _options.NameOf(topic), _producer, _formats.For(topic));
        }

        ((TopicOutput<T>)output).Produce(in record, PartitionOf(topic, in record), arrivalUnixMicros, traceParent);
        _hasWritten = true;
    }

    /// <summary>The partition that a record is written to.</summary>
    public int PartitionOf<T>(Topic<T> topic, in T record)
        where T : struct, IRecord => topic.PartitionOf(in record, _partitions[_options.NameOf(topic)]);

    /// <summary>Commits when the commit interval has passed.</summary>
    /// <exception cref="KafkaException">The session is over.</exception>
    public void CommitIfDue()
    {
        if (Stopwatch.GetElapsedTime(_lastCommit) >= _options.CommitInterval) { Commit(); }
    }

    /// <summary>Makes everything since the last commit visible. Waits for brokers that are away.</summary>
    /// <exception cref="KafkaException">The session is over.</exception>
    public void Commit()
    {
        _lastCommit = Stopwatch.GetTimestamp();

        // Without transactions the state must not say that something was written which then gets lost.
        if (!_producer.IsTransactional && _hasWritten) { _producer.Flush(); }
        var batch = _changes.Rent();
        try
        {
            ((IKeptStore)State).Flush(batch.Records);
            _changelog.Produce(batch);
        }
        finally
        {
            batch.Release();
        }

        if (!_producer.IsOpen) { return; }
        if (_producer.IsTransactional) { _producer.Commit(null, null); } else { _producer.Flush(); }
        _hasWritten = false;
        _metrics?.Committed(_name, Stopwatch.GetElapsedTime(_lastCommit).TotalSeconds);
    }

    public void Dispose() => _producer.Dispose();

    private void Restore(ILogger log, CancellationToken stop)
    {
        using var reader = new ChangelogReader(_options, _name, log);
        var target = new Target(this);
        reader.Add(target);
        while (!reader.IsRestored(target))
        {
            stop.ThrowIfCancellationRequested();
            reader.Poll(RestoreWait);
        }

        Clients.KafkaLog.Restored(log, _name, _changelog.Name, 0, reader.Records(target));
    }

    private sealed class Target(ExclusiveSession<TKey, TValue> session) : IRestoreTarget
    {
        public string Topic => session._changelog.Name;

        public int Partition => 0;

        public void Restore(in ChangelogRecord change) => ((IKeptStore)session.State).Restore(in change);
    }
}
