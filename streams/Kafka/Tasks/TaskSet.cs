using Confluent.Kafka;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>The tasks of one stream thread by partition: those that run, that restore, and that stand by.</summary>
internal sealed class TaskSet : IDisposable
{
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestoreSlice = TimeSpan.FromMilliseconds(20);

    private readonly StreamThreadContext _context;
    private readonly ThreadClients _clients;
    private readonly SortedDictionary<int, KafkaTask> _owned = [];
    private readonly SortedDictionary<int, KafkaTask> _standby = [];
    private readonly HashSet<IRestoreTarget> _followed = [];
    private readonly List<KafkaTask> _ready = [];
    private readonly List<TopicPartition> _unassign = [];

    public TaskSet(StreamThreadContext context, ThreadClients clients)
    {
        (_context, _clients) = (context, clients);
        if (_context.Options.Standby) { StandBy(Enumerable.Range(0, _context.Partitions[_context.Options.NameOf(context.Topology.Sources[0])])); }
    }

    public bool IsRestoring { get; private set; }

    /// <summary>Every task, by state and partition.</summary>
    public IEnumerable<KafkaTask> All => _owned.Values.Concat(_standby.Values);

    /// <summary>The task of a partition that this thread owns, or null.</summary>
    public KafkaTask? Owned(int partition) => _owned.GetValueOrDefault(partition);

    /// <summary>Tasks that have become ready to process since the last call.</summary>
    public IReadOnlyList<KafkaTask> TakeReady()
    {
        if (_ready.Count == 0) { return []; }
        KafkaTask[] ready = [.. _ready];
        _ready.Clear();
        return ready;
    }

    /// <summary>Tasks with something to commit.</summary>
    public IReadOnlyList<KafkaTask> WithProgress() => [.. _owned.Values.Where(t => t.HasProgress)];

    /// <summary>Records that a target lacks.</summary>
    public long Remaining(IRestoreTarget target) => _followed.Contains(target) ? _clients.Changelogs.Remaining(target) : 0;

    /// <summary>Takes over partitions that the group gave.</summary>
    public void Add(IEnumerable<int> partitions)
    {
        foreach (var partition in partitions)
        {
            var task = _standby.Remove(partition, out var warm) ? warm : NewTask(partition);
            _owned[partition] = task;

            // The other sources' partition of the same number belongs to the task as well.
            if (task.Sources.Count > 1) { _clients.Reader.Consumer.IncrementalAssign(task.Sources.Skip(1)); }
            Begin(task);
        }
    }

    /// <summary>Stops reading what came with partitions that were given up. Not allowed inside the client's call, where they are given up.</summary>
    public void StopReading()
    {
        if (_unassign.Count == 0) { return; }
        _clients.Reader.Consumer.IncrementalUnassign(_unassign);
        _unassign.Clear();
    }

    /// <summary>Gives partitions up. What they had was committed, or is lost.</summary>
    public void Remove(IEnumerable<int> partitions)
    {
        var list = partitions.ToArray();
        foreach (var partition in list)
        {
            if (!_owned.Remove(partition, out var task)) { continue; }
            _unassign.AddRange(task.Sources.Skip(1));
            Close(task);
        }

        IsRestoring = _owned.Values.Any(t => t.State == KafkaTaskState.Restoring);
        if (_context.Options.Standby) { StandBy(list); }
    }

    /// <summary>Goes on with restoring and following, for a short time.</summary>
    public void Restore()
    {
        if (_followed.Count == 0) { return; }
        _clients.Changelogs.Poll(IsRestoring ? RestoreSlice : TimeSpan.Zero);
        if (!IsRestoring) { return; }
        foreach (var task in _owned.Values)
        {
            if (task.State != KafkaTaskState.Restoring || !task.Targets.All(_clients.Changelogs.IsRestored)) { continue; }
            foreach (var target in task.Targets)
            {
                KafkaLog.Restored(_context.Log, _context.Topology.Name, target.Topic, target.Partition, _clients.Changelogs.Records(target));
                Unfollow(target);
            }

            task.Run();
            _ready.Add(task);
            _clients.Reader.Consumer.Resume(task.Sources);
        }

        IsRestoring = _owned.Values.Any(t => t.State == KafkaTaskState.Restoring);
    }

    /// <summary>Makes every task anew and reads on from the committed offsets.</summary>
    public void Rewind()
    {
        var partitions = _owned.Keys.ToArray();
        if (partitions.Length == 0) { return; }
        foreach (var task in _owned.Values) { Close(task); }
        _owned.Clear();
        var fresh = partitions.Select(NewTask).ToArray();
        foreach (var offset in _clients.Reader.Consumer.Committed(fresh.SelectMany(t => t.Sources), CallTime))
        {
            _clients.Reader.Consumer.Seek(offset.Offset.IsSpecial ? new TopicPartitionOffset(offset.TopicPartition, Offset.Beginning) : offset);
        }

        foreach (var task in fresh)
        {
            _owned[task.Partition] = task;
            Begin(task);
        }
    }

    public void Dispose()
    {
        foreach (var task in All) { task.Close(); }
        _owned.Clear();
        _standby.Clear();
        _followed.Clear();
    }

    private void Begin(KafkaTask task)
    {
        if (task.Targets.Count == 0)
        {
            task.Run();
            return;
        }

        task.State = KafkaTaskState.Restoring;
        IsRestoring = true;
        _clients.Reader.Consumer.Pause(task.Sources);
        foreach (var target in task.Targets)
        {
            // A state that stood by only has to catch up.
            if (_followed.Add(target)) { _clients.Changelogs.Add(target); } else { _clients.Changelogs.RefreshEnd(target); }
        }
    }

    private void StandBy(IEnumerable<int> partitions)
    {
        foreach (var partition in partitions)
        {
            var task = NewTask(partition);
            if (task.Targets.Count == 0) { return; }
            task.State = KafkaTaskState.Standby;
            _standby[partition] = task;
            foreach (var target in task.Targets)
            {
                _followed.Add(target);
                _clients.Changelogs.Add(target);
            }
        }
    }

    private KafkaTask NewTask(int partition) =>
        new(_context.Topology, partition, _clients.Registry, _context.Metrics, _context.Options);

    private void Close(KafkaTask task)
    {
        task.Close();
        _ready.Remove(task);
        foreach (var target in task.Targets) { Unfollow(target); }
    }

    private void Unfollow(IRestoreTarget target)
    {
        if (_followed.Remove(target)) { _clients.Changelogs.Remove(target); }
    }
}
