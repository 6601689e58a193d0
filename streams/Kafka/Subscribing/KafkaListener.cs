using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>Reads every partition of topics for this process alone, from the end that they have when it begins: each process that does so sees all of what comes.</summary>
/// <remarks>
/// It is in no consumer group and commits nothing. Committed records come, each partition in its order; between partitions and topics there is none.
/// Topics and partitions that appear later are read from their beginning, since all in them has come later. What keeps brokers from answering is logged and
/// waited for, and reading goes on where it was. What cannot be decoded is counted and passed over.
/// </remarks>
public sealed class KafkaListener
{
    private const int MostMessages = 2_000;
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly KafkaOptions _options;
    private readonly string _part;
    private readonly IReadOnlyList<Topic> _topics;
    private readonly TopicFormats _formats;
    private readonly StreamsMetrics? _metrics;
    private readonly ILogger _log;
    private readonly Dictionary<TopicPartition, Offset> _known = [];
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private readonly List<Polled> _polled = [];
    private readonly ThreadStatus _status = new();
    private bool _hasLooked;
    private long _lastLook;

    /// <param name="part">Names it in messages and metrics.</param>
    public KafkaListener(KafkaOptions options, string part, IReadOnlyList<Topic> topics, TopicFormats formats, StreamsMetrics? metrics = null, ILogger? log = null)
    {
        (_options, _part, _topics, _formats, _metrics) = (options, part, topics, formats, metrics);
        _log = log ?? NullLogger.Instance;
        metrics?.ObserveMembers(() => [(part, _status)]);
    }

    /// <summary>What it is doing: running when the end of every partition was found.</summary>
    public StreamsState State => _status.State;

    /// <summary>Reads until cancelled.</summary>
    /// <param name="take">Takes a batch, on one thread; the batch is given back when it returns.</param>
    public Task RunAsync(Action<RecordBatch> take, CancellationToken ct) =>
        Task.Factory.StartNew(() => Run(take, ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(Action<RecordBatch> take, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            BatchReader? reader = null;
            try
            {
                using var admin = new TopicAdmin(_options, _log);
                reader = new BatchReader(_part, ClientProperties.Reader(_options, $"{_options.ApplicationId}-{_part}"), TopicInput.Of(_topics, _options, _formats), _log);
                Look(admin);
                reader.Consumer.Assign(_known.Select(k => new TopicPartitionOffset(k.Key, k.Value)));
                while (!ct.IsCancellationRequested) { Step(admin, reader, take, ct); }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Whoever listened has left.
            }
            catch (Exception e) when (e is KafkaException or KafkaBusException)
            {
                _status.State = StreamsState.Recovering;
                _metrics?.Restarted(_part, (e as KafkaException)?.Error.Code.ToString() ?? "unreachable");
                KafkaLog.Restarted(_log, _part, e.Message);
                ct.WaitHandle.WaitOne(RestartDelay);
            }
            finally
            {
                foreach (var polled in _polled) { polled.Batch?.Release(); }
                _polled.Clear();
                reader?.Leave();
            }
        }
    }

    private void Step(TopicAdmin admin, BatchReader reader, Action<RecordBatch> take, CancellationToken ct)
    {
        reader.Poll(PollWait, MostMessages, _polled, ct);
        for (var i = 0; i < _polled.Count; i++)
        {
            var polled = _polled[i];
            _polled[i] = default;
            if (polled.Batch is { } batch)
            {
                try
                {
                    take(batch);
                }
                finally
                {
                    batch.Release();
                }

                Reached(new TopicPartition(_options.NameOf(batch.Topic), batch.Partition), batch.NextPosition);
            }
            else if (polled.Bad is { } bad)
            {
                _metrics?.RecordRejected(_part, "source", bad.Reason);
                Reached(new TopicPartition(_options.NameOf(bad.Topic), bad.Partition), bad.Offset + 1);
            }
            else if (polled.EndOf is { } end)
            {
                Reached(end.TopicPartition, end.Offset);
            }
        }

        _polled.Clear();
        if (_positions.Count == _known.Count) { _status.State = StreamsState.Running; }
        _status.Observe(reader.Consumer, _positions);
        if (Stopwatch.GetElapsedTime(_lastLook) >= LookEvery && Look(admin)) { reader.Consumer.Assign(_known.Select(k => new TopicPartitionOffset(k.Key, k.Value))); }
    }

    private void Reached(TopicPartition at, long next)
    {
        _known[at] = next;
        _positions[at] = next;
    }

    /// <summary>Looks which partitions there are; true where there are new ones.</summary>
    private bool Look(TopicAdmin admin)
    {
        var there = admin.Partitions();
        var before = _known.Count;
        foreach (var topic in _topics)
        {
            var name = _options.NameOf(topic);
            for (var partition = 0; partition < there.GetValueOrDefault(name); partition++)
            {
                _known.TryAdd(new TopicPartition(name, partition), _hasLooked ? Offset.Beginning : Offset.End);
            }
        }

        _hasLooked = true;
        _lastLook = Stopwatch.GetTimestamp();
        return _known.Count > before;
    }
}
