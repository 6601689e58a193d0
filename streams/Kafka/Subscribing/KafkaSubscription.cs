using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>A member of a consumer group that hands every record to a subscriber and commits what the subscriber has stored.</summary>
/// <remarks>
/// At least once: what was not reported as stored is read again, here or by another member. Records that cannot be decoded go to the dead letters, after
/// everything before them was stored.
/// </remarks>
public sealed class KafkaSubscription
{
    private const int MostMessages = 2_000;
    private static readonly TimeSpan CommitEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RevokePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly KafkaOptions _options;
    private readonly string _part;
    private readonly IReadOnlyList<Topic> _topics;
    private readonly TopicFormats _formats;
    private readonly StreamsMetrics? _metrics;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<(Topic Topic, int Partition), long> _stored = new();
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private readonly List<Polled> _polled = [];
    private readonly ThreadStatus _status = new();
    private ITopicSubscriber _subscriber = null!;
    private BatchReader? _reader;
    private bool _isClosing;
    private long _lastCommit;

    /// <param name="part">Names the group, with prefix and application id before it.</param>
    public KafkaSubscription(
        KafkaOptions options, string part, IReadOnlyList<Topic> topics, TopicFormats formats, StreamsMetrics? metrics = null, ILogger? log = null)
    {
        (_options, _part, _topics, _formats, _metrics) = (options, part, topics, formats, metrics);
        _log = log ?? NullLogger.Instance;
        metrics?.ObserveMembers(() => [(part, _status)]);
    }

    /// <summary>What the member is doing.</summary>
    public StreamsState State => _status.State;

    /// <summary>Says that everything of a partition before a position is stored. From any thread.</summary>
    public void Stored(Topic topic, int partition, long nextPosition) =>
        _stored.AddOrUpdate((topic, partition), nextPosition, (_, before) => Math.Max(before, nextPosition));

    /// <summary>Checks the topics, then reads until cancelled; what was taken by then is stored and committed.</summary>
    /// <exception cref="KafkaBusException">The cluster cannot be reached, or a topic is other than wanted.</exception>
    public async Task RunAsync(ITopicSubscriber subscriber, CancellationToken ct)
    {
        _subscriber = subscriber;
        using (var admin = new TopicAdmin(_options, _log))
        {
            await admin.EnsureAsync([.. _topics.Append(Topics.DeadLetters).Distinct().Select(t => TopicSpec.Of(t, _options))], ct).ConfigureAwait(false);
        }

        await _formats.RegisterAsync([Topics.DeadLetters], ct).ConfigureAwait(false);
        using var letters = new DeadLetterWriter(_options, _part, _formats, _log, ct);
        await Task.Factory.StartNew(() => Run(letters, ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private void Run(DeadLetterWriter letters, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                _status.State = StreamsState.Starting;
                Open();
                while (!ct.IsCancellationRequested) { Step(letters, ct); }
                Flush();
                Commit();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                Flush();
                Commit();
            }
            catch (KafkaException e)
            {
                _status.State = StreamsState.Recovering;
                _metrics?.Restarted(_part, e.Error.Code.ToString());
                KafkaLog.Restarted(_log, _part, e.Error.Reason);
                ct.WaitHandle.WaitOne(RestartDelay);
            }
            finally
            {
                Close();
            }
        }
    }

    private void Open()
    {
        _reader = new BatchReader(
            _part,
            ClientProperties.Consumer(_options, _options.GroupOf(_part), $"{_options.ApplicationId}-{_part}"),
            TopicInput.Of(_topics, _options, _formats),
            _log,
            builder => builder
                .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => GiveUp([.. partitions.Select(p => p.TopicPartition)], "revoked"))
                .SetPartitionsLostHandler((_, partitions) => GiveUp([.. partitions.Select(p => p.TopicPartition)], "lost")));
        _reader.Consumer.Subscribe(_topics.Select(_options.NameOf));
    }

    private void Step(DeadLetterWriter letters, CancellationToken ct)
    {
        _reader!.Poll(PollWait, MostMessages, _polled, ct);
        _status.State = StreamsState.Running;
        for (var i = 0; i < _polled.Count; i++)
        {
            var polled = _polled[i];
            _polled[i] = default;
            if (polled.Batch is { } batch)
            {
                try
                {
                    Wait(_subscriber.TakeAsync(batch, ct), ct);
                    _positions[At(batch.Topic, batch.Partition)] = batch.NextPosition;
                }
                finally
                {
                    batch.Release();
                }
            }
            else if (polled.Bad is { } bad)
            {
                // What lies before it must be stored before its position may be committed.
                Wait(new ValueTask(_subscriber.FlushAsync(ct)), ct);
                letters.Write(bad);
                _metrics?.RecordRejected(_part, "source", bad.Reason);
                Stored(bad.Topic, bad.Partition, bad.Offset + 1);
                _positions[At(bad.Topic, bad.Partition)] = bad.Offset + 1;
            }
            else if (polled.EndOf is { } end)
            {
                _positions[end.TopicPartition] = end.Offset;
            }
        }

        _polled.Clear();
        if (Stopwatch.GetElapsedTime(_lastCommit) >= CommitEvery) { Commit(); }
        _status.Observe(_reader.Consumer, _positions);
    }

    /// <summary>Waits for the subscriber. Meanwhile the consumer is asked with all partitions paused, so that the group does not take it for dead.</summary>
    private void Wait(ValueTask waiting, CancellationToken ct)
    {
        if (waiting.IsCompletedSuccessfully) { return; }
        var task = waiting.AsTask();
        if (task.Wait(PollWait, ct)) { return; }
        var consumer = _reader!.Consumer;
        while (!task.IsCompleted)
        {
            consumer.Pause(consumer.Assignment);
            _reader.Poll(PollWait, MostMessages, _polled, ct);
            Commit();
        }

        consumer.Resume(consumer.Assignment);
        task.GetAwaiter().GetResult();
    }

    private void Commit()
    {
        _lastCommit = Stopwatch.GetTimestamp();
        var offsets = new List<TopicPartitionOffset>();
        foreach (var (key, position) in _stored)
        {
            if (_stored.TryRemove(new KeyValuePair<(Topic, int), long>(key, position))) { offsets.Add(new TopicPartitionOffset(At(key.Topic, key.Partition), position)); }
        }

        if (offsets.Count == 0 || _reader is null) { return; }
        try
        {
            _reader.Consumer.Commit(offsets);
            _metrics?.Committed(_part, Stopwatch.GetElapsedTime(_lastCommit).TotalSeconds);
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            // Stored all the same; without the offsets it may only be stored again.
            KafkaLog.Retrying(_log, _part, e.Error.Reason);
            foreach (var offset in offsets) { Stored(TopicOf(offset.Topic), offset.Partition, offset.Offset); }
        }
    }

    private void Assigned(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0) { return; }
        _metrics?.Rebalanced(_part, "assigned");
        KafkaLog.Assigned(_log, _part, Names(partitions));
    }

    private void GiveUp(List<TopicPartition> partitions, string how)
    {
        if (partitions.Count == 0) { return; }
        _metrics?.Rebalanced(_part, how);
        KafkaLog.Revoked(_log, _part, Names(partitions), how);
        var gone = partitions.Select(p => (TopicOf(p.Topic), p.Partition.Value)).ToHashSet();
        for (var i = 0; i < _polled.Count; i++)
        {
            var polled = _polled[i];
            if ((polled.Batch?.Topic ?? polled.Bad?.Topic) is not { } topic || !gone.Contains((topic, polled.Partition))) { continue; }
            polled.Batch?.Release();
            _polled[i] = default;
        }

        foreach (var input in _reader!.Inputs)
        {
            foreach (var (topic, partition) in gone)
            {
                if (ReferenceEquals(input.Topic, topic)) { input.Drop(partition); }
            }
        }

        if (how == "revoked" && !_isClosing)
        {
            Flush();
            Commit();
        }

        foreach (var (topic, partition) in gone)
        {
            _subscriber.Forget(topic, partition);
            _stored.TryRemove((topic, partition), out _);
            _positions.Remove(At(topic, partition));
        }
    }

    /// <summary>Stores what was taken, as far as that goes in a short time: who comes next reads the rest again.</summary>
    private void Flush()
    {
        using var patience = new CancellationTokenSource(RevokePatience);
        try
        {
            _subscriber.FlushAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            KafkaLog.Retrying(_log, _part, $"what was read is not stored after {RevokePatience.TotalSeconds} s and will be read again");
        }
    }

    private void Close()
    {
        foreach (var polled in _polled) { polled.Batch?.Release(); }
        _polled.Clear();
        if (_reader is null) { return; }
        _isClosing = true;
        _reader.Leave();
        _reader = null;
        _isClosing = false;
        _positions.Clear();
        _status.Clear();
    }

    private TopicPartition At(Topic topic, int partition) => new(_options.NameOf(topic), partition);

    private Topic TopicOf(string name) => _topics.First(t => _options.NameOf(t) == name);

    private static string Names(List<TopicPartition> partitions) =>
        string.Join(" ", partitions.GroupBy(p => p.Topic).Select(g => $"{g.Key}[{string.Join(",", g.Select(p => p.Partition.Value).Order())}]"));
}
