using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams.Formats;

namespace Sluice.Streams.Kafka;

/// <summary>Runs topologies as members of their consumer groups, in this process. Any number of processes with the same application id share the work.</summary>
/// <remarks>
/// Words and semantics are Kafka Streams': a task for each partition of a topology's sources; kept state in compacted changelogs, restored before a task
/// processes; with exactly-once, outputs, changelogs and offsets of a commit are one transaction. One group a topology.
/// </remarks>
public sealed class KafkaStreams
{
    private readonly KafkaOptions _options;
    private readonly IReadOnlyList<Topology> _topologies;
    private readonly TopicFormats _formats;
    private readonly StreamsMetrics? _metrics;
    private readonly ILogger _log;
    private readonly string _process = Guid.NewGuid().ToString("N")[..12];
    private volatile IReadOnlyList<StreamThread> _threads = [];

    public KafkaStreams(
        KafkaOptions options, IReadOnlyList<Topology> topologies, TopicFormats formats, StreamsMetrics? metrics = null, ILogger? log = null)
    {
        (_options, _topologies, _formats, _metrics) = (options, topologies, formats, metrics);
        _log = log ?? NullLogger.Instance;
        metrics?.ObserveMembers(() => _threads.Select(t => (t.Topology.Name, t.Status)));
    }

    /// <summary>State of each topology's members in this process.</summary>
    public IReadOnlyList<(string Topology, StreamsState State)> States => [.. _threads.Select(t => (t.Topology.Name, t.Status.State))];

    /// <summary>Tasks of this process by topology and partition, as of half a second ago at most.</summary>
    public IReadOnlyList<(string Topology, int Partition, KafkaTaskState State)> Tasks =>
        [.. _threads.SelectMany(t => t.Status.Tasks.Select(s => (t.Topology.Name, s.Key, s.Value)))];

    /// <summary>Creates and checks topics, then runs until cancelled; what was processed by then is committed.</summary>
    /// <exception cref="KafkaBusException">The cluster cannot be reached, or topics are other than wanted.</exception>
    /// <exception cref="StreamException">A processor failed where no record is to blame; everything was stopped.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var partitions = await EnsureTopicsAsync(ct).ConfigureAwait(false);
        await _formats.RegisterAsync(_topologies.SelectMany(t => t.Outputs).Append(Topics.DeadLetters).Where(t => t is not Topic<ChangelogRecord>).Distinct(), ct)
            .ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _threads =
        [
            .. _topologies.SelectMany(topology => Enumerable.Range(0, _options.Threads).Select(i => new StreamThread(
                new StreamThreadContext(_options, topology, $"{topology.Name}-{_process}-{i}", partitions, _formats, _metrics, _log), stop.Token))),
        ];
        var running = _threads.Select(t => Task.Factory.StartNew(t.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            await Task.WhenAny(running).ConfigureAwait(false);
        }
        finally
        {
            // One that ended early failed, and its failure is the run's.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
        }

        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Asks the tasks of a topology in this process for something in a store, on their own threads between two batches.</summary>
    /// <param name="ask">Gets the store of one running task; what it returns must not refer to the store.</param>
    /// <returns>An answer for each partition of this process; none for one whose state is not complete.</returns>
    /// <exception cref="ArgumentException">There is no such topology or store.</exception>
    public async Task<IReadOnlyList<StoreAnswer<TResult>>> QueryAsync<TStore, TResult>(
        string topology, string store, Func<TStore, TResult> ask, CancellationToken ct = default)
        where TStore : class, IStateStore
    {
        if (!_topologies.Any(t => t.Name == topology && t.Stores.Any(s => s.Name == store))) { ThrowNoStore(topology, store); }
        var answers = await Task.WhenAll(_threads.Where(t => t.Topology.Name == topology).Select(thread =>
        {
            var done = new TaskCompletionSource<StoreAnswer<TResult>[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            thread.Post(t =>
            {
                try
                {
                    done.SetResult([.. (t.Tasks?.All ?? []).Select(task => task.State == KafkaTaskState.Running
                        ? new StoreAnswer<TResult>(task.Partition, task.State, ask((TStore)task.Task.Store(store)))
                        : new StoreAnswer<TResult>(task.Partition, task.State, default))]);
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            });
            return done.Task.WaitAsync(ct);
        })).ConfigureAwait(false);
        return [.. answers.SelectMany(a => a).OrderBy(a => a.Partition)];
    }

    private async Task<IReadOnlyDictionary<string, int>> EnsureTopicsAsync(CancellationToken ct)
    {
        using var admin = new TopicAdmin(_options, _log);
        var topics = _topologies.SelectMany(t => t.Sources.Concat(t.Outputs)).Append(Topics.DeadLetters).Where(t => t is not Topic<ChangelogRecord>).Distinct();
        var partitions = new Dictionary<string, int>(await admin.EnsureAsync([.. topics.Select(t => TopicSpec.Of(t, _options))], ct).ConfigureAwait(false));
        foreach (var topology in _topologies)
        {
            var count = partitions[_options.NameOf(topology.Sources[0])];
            if (topology.Sources.FirstOrDefault(s => partitions[_options.NameOf(s)] != count) is { } other)
            {
                throw new KafkaBusException(
                    $"Topology {topology} reads {_options.NameOf(topology.Sources[0])} with {count} partitions and {_options.NameOf(other)} with {partitions[_options.NameOf(other)]}; they must be equal.");
            }

            var changelogs = topology.Outputs.OfType<Topic<ChangelogRecord>>().Select(_options.NameOf).ToList();
            if (topology.Stores.Any(s => s.Changelog is null)) { changelogs.Add(KafkaTask.WindowsTopic(topology, _options)); }
            foreach (var (name, n) in await admin.EnsureAsync([.. changelogs.Select(c => TopicSpec.Changelog(c, count))], ct).ConfigureAwait(false)) { partitions[name] = n; }
        }

        return partitions;
    }

    [DoesNotReturn]
    private static void ThrowNoStore(string topology, string store) => throw new ArgumentException($"There is no store {store} of a topology {topology}.", nameof(store));
}

/// <summary>What one partition's task answers.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="State">A store is complete only when its task is running.</param>
/// <param name="Value">The answer; default when the task is not running.</param>
public readonly record struct StoreAnswer<T>(int Partition, KafkaTaskState State, T? Value);
