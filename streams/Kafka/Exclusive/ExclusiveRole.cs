using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>A job that one process of a cluster does at a time, while others stand by: the first that a consumer group gives the one partition of the job's state.</summary>
/// <remarks>
/// When the active process ends, the group gives the partition to another within its session time-out, at once when it left cleanly. A process that was only taken for dead is shut out by
/// its transactional id: what it writes then is refused.
/// </remarks>
public sealed class ExclusiveRole<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly KafkaOptions _options;
    private readonly string _name;
    private readonly Topic<ChangelogRecord> _changelog;
    private readonly IReadOnlyList<Topic> _outputs;
    private readonly TopicFormats _formats;
    private readonly StreamsMetrics? _metrics;
    private readonly ILogger _log;
    private volatile bool _isActive;
    private bool _isAssigned;

    /// <param name="name">Names the group and the transactional id, with prefix and application id before it.</param>
    /// <param name="store">Names the state.</param>
    /// <param name="outputs">Topics that the job writes.</param>
    public ExclusiveRole(
        KafkaOptions options, string name, string store, IReadOnlyList<Topic> outputs, TopicFormats formats, StreamsMetrics? metrics = null, ILogger? log = null)
    {
        (_options, _name, _outputs, _formats, _metrics) = (options, name, outputs, formats, metrics);
        _changelog = ChangelogRecord.TopicOf(name, store);
        _log = log ?? NullLogger.Instance;
    }

    /// <summary>Whether this process is the one that works.</summary>
    public bool IsActive => _isActive;

    /// <summary>Waits for its turn, then does the job; after a failure of Kafka's, when its turn comes again, from the job's start with the state of the last commit.</summary>
    /// <param name="job">The job. Its token is cancelled when the turn is over. When it returns, what it wrote is committed and the role ends.</param>
    /// <exception cref="KafkaBusException">The cluster cannot be reached, or a topic is other than wanted.</exception>
    public async Task RunAsync(Func<ExclusiveSession<TKey, TValue>, CancellationToken, Task> job, CancellationToken ct)
    {
        IReadOnlyDictionary<string, int> partitions;
        using (var admin = new TopicAdmin(_options, _log))
        {
            partitions = await admin.EnsureAsync(
                [.. _outputs.Select(t => TopicSpec.Of(t, _options)), TopicSpec.Changelog(_options.NameOf(_changelog), 1)], ct).ConfigureAwait(false);
        }

        await _formats.RegisterAsync(_outputs, ct).ConfigureAwait(false);
        while (!await TurnAsync(job, partitions, ct).ConfigureAwait(false))
        {
            _metrics?.Restarted(_name, "turn_lost");
            await Task.Delay(RestartDelay, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Joins, works when it is given the turn, leaves. True when the job is done.</summary>
    private async Task<bool> TurnAsync(
        Func<ExclusiveSession<TKey, TValue>, CancellationToken, Task> job, IReadOnlyDictionary<string, int> partitions, CancellationToken ct)
    {
        _isAssigned = false;
        var consumer = NewMember();
        consumer.Subscribe(_options.NameOf(_changelog));
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task? working = null;
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                Poll(consumer);
                if (working is null && _isAssigned)
                {
                    consumer.Pause(consumer.Assignment);
                    working = Task.Run(() => WorkAsync(job, partitions, turn.Token), CancellationToken.None);
                }

                if (working is not null && !_isAssigned) { return false; }
                if (working is not { IsCompleted: true }) { continue; }
                await working.ConfigureAwait(false);
                return true;
            }
        }
        catch (KafkaException e)
        {
            KafkaLog.Restarted(_log, _name, e.Error.Reason);
            return false;
        }
        finally
        {
            await turn.CancelAsync().ConfigureAwait(false);
            if (working is not null) { await working.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false); }
            _isActive = false;
            Ending.Within(_name, _log, () =>
            {
                consumer.Close();
                consumer.Dispose();
            });
        }
    }

    private async Task WorkAsync(
        Func<ExclusiveSession<TKey, TValue>, CancellationToken, Task> job, IReadOnlyDictionary<string, int> partitions, CancellationToken turn)
    {
        using var session = ExclusiveSession<TKey, TValue>.Open(_options, _name, _changelog, _formats, partitions, _metrics, _log, turn);
        _isActive = true;
        try
        {
            await job(session, turn).ConfigureAwait(false);
            session.Commit();
        }
        finally
        {
            _isActive = false;
        }
    }

    private IConsumer<Ignore, Ignore> NewMember() => new ConsumerBuilder<Ignore, Ignore>(
            ClientProperties.Consumer(_options, _options.GroupOf(_name), $"{_options.ApplicationId}-{_name}"))
        .SetLogHandler((_, message) => KafkaLog.Client(_log, message))
        .SetErrorHandler((_, error) => KafkaLog.ClientError(_log, error))
        .SetPartitionsAssignedHandler((_, partitions) =>
        {
            if (partitions.Count == 0) { return; }
            _isAssigned = true;
            _metrics?.Rebalanced(_name, "assigned");
            KafkaLog.Assigned(_log, _name, "0");
        })
        .SetPartitionsRevokedHandler((_, partitions) => Lose(partitions.Count, "revoked"))
        .SetPartitionsLostHandler((_, partitions) => Lose(partitions.Count, "lost"))
        .Build();

    private void Lose(int partitions, string how)
    {
        if (partitions == 0) { return; }
        _isAssigned = false;
        _metrics?.Rebalanced(_name, how);
        KafkaLog.Revoked(_log, _name, "0", how);
    }

    private void Poll(IConsumer<Ignore, Ignore> consumer)
    {
        try
        {
            consumer.Consume(PollWait);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            KafkaLog.Retrying(_log, _name, e.Error.Reason);
        }
    }
}
