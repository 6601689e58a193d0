using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Streams.Kafka;

/// <summary>
/// One member of a topology's consumer group: a consumer, a producer, and the tasks of the partitions that the group gave it. Reads, processes, and commits
/// outputs, state and offsets together.
/// </summary>
/// <remarks>
/// What goes wrong: a transaction that must be aborted, and a record that a processor fails on, take the thread back to its last commit; being shut out of the
/// group or by a newer producer makes it join anew; brokers that are away are waited for. Only a processor that fails twice at the same place without any
/// record to blame ends it.
/// </remarks>
internal sealed class StreamThread
{
    private const int MostMessages = 5_000;
    private const int BackloggedFactor = 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly StreamThreadContext _context;
    private readonly CancellationToken _stop;
    private readonly ConcurrentQueue<Action<StreamThread>> _requests = new();
    private readonly List<Polled> _polled = [];
    private readonly List<RecordBatch> _outputs = [];
    private readonly List<int> _assigned = [];
    private readonly HashSet<(Topic Topic, int Partition, long Offset)> _poisoned = [];
    private ThreadClients? _clients;
    private TaskSet? _tasks;
    private Exception? _rebalanceFailure;
    private long _lastCommit;
    private bool _isClosing;

    public StreamThread(StreamThreadContext context, CancellationToken stop) => (_context, _stop) = (context, stop);

    public Topology Topology => _context.Topology;

    /// <summary>What the metrics show.</summary>
    public ThreadStatus Status { get; } = new();

    /// <summary>Runs until stopped. Called on a thread of its own.</summary>
    /// <exception cref="StreamException">A processor failed where no record is to blame.</exception>
    public void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Open();
                while (!_stop.IsCancellationRequested) { Step(); }
                Finish();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // What was not committed is read again by whoever comes next.
            }
            catch (KafkaException e)
            {
                Status.State = StreamsState.Recovering;
                _context.Metrics?.Restarted(Topology.Name, e.Error.Code.ToString());
                KafkaLog.Restarted(_context.Log, Topology.Name, e.Error.Reason);
                _stop.WaitHandle.WaitOne(RestartDelay);
            }
            finally
            {
                Close();
            }
        }
    }

    /// <summary>Runs something between two batches, on this thread.</summary>
    public void Post(Action<StreamThread> request) => _requests.Enqueue(request);

    /// <summary>Tasks of this member; only to be touched on its thread.</summary>
    public TaskSet? Tasks => _tasks;

    private void Open()
    {
        Status.State = StreamsState.Starting;
        _clients = new ThreadClients(_context, _stop, OnAssigned, OnRevoked, OnLost);
        _clients.Producer.Initialise();
        _tasks = new TaskSet(_context, _clients);
        _clients.Reader.Consumer.Subscribe(_context.Options.NameOf(Topology.Sources[0]));
        _lastCommit = Stopwatch.GetTimestamp();
    }

    private void Step()
    {
        while (_requests.TryDequeue(out var request)) { request(this); }
        var tasks = _tasks!;
        tasks.Restore();
        Status.State = tasks.IsRestoring ? StreamsState.Restoring : StreamsState.Running;

        // While state is being restored, the input of other tasks must not wait for it, nor it for them.
        _clients!.Reader.Poll(tasks.IsRestoring ? TimeSpan.Zero : Wait(), MostMessages, _polled, _stop);
        try
        {
            TakeOver();
            Process();
            if (IsCommitDue(_clients.Reader.LastPollWasFull)) { Commit(); }
        }
        catch (StreamException e)
        {
            Blame(e);
            Recover(e);
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            Recover(e);
        }
        finally
        {
            Drop();
        }

        Status.Observe(_clients.Reader.Consumer, tasks);
    }

    /// <summary>Does what the group's handlers could not do inside the client's call.</summary>
    private void TakeOver()
    {
        _tasks!.StopReading();
        if (_rebalanceFailure is { } failure)
        {
            _rebalanceFailure = null;
            throw failure is KafkaException or StreamException ? failure : new InvalidOperationException(failure.Message, failure);
        }

        if (_assigned.Count == 0) { return; }
        _tasks.Add(_assigned);
        _assigned.Clear();
    }

    private void Process()
    {
        foreach (var task in _tasks!.TakeReady())
        {
            foreach (var held in task.TakeHeld()) { Process(task, held); }
        }

        for (var i = 0; i < _polled.Count; i++)
        {
            var polled = _polled[i];
            _polled[i] = default;
            if (_tasks.Owned(polled.Partition) is not { } task) { polled.Batch?.Release(); }
            else if (task.State == KafkaTaskState.Running) { Process(task, polled); }
            else { task.Hold(polled); }
        }

        _polled.Clear();
    }

    private void Process(KafkaTask task, in Polled polled)
    {
        if (polled.Batch is { } batch)
        {
            try
            {
                task.Process(batch, _outputs);
                Produce();
            }
            finally
            {
                batch.Release();
            }
        }
        else if (polled.Bad is { } bad)
        {
            _clients!.WriteDeadLetter(bad);
            task.SkipTo(bad.Topic, bad.Offset + 1, counts: true);
        }
        else if (polled.EndOf is { } end)
        {
            task.SkipTo(_context.TopicOf(end.Topic), end.Offset, counts: false);
        }
    }

    private void Produce()
    {
        try
        {
            foreach (var output in _outputs) { _clients!.OutputOf(output.Topic).Produce(output); }
        }
        finally
        {
            foreach (var output in _outputs) { output.Release(); }
            _outputs.Clear();
        }
    }

    private bool IsCommitDue(bool isBacklogged)
    {
        var interval = isBacklogged ? _context.Options.CommitInterval * BackloggedFactor : _context.Options.CommitInterval;
        return Stopwatch.GetElapsedTime(_lastCommit) >= interval;
    }

    private void Commit()
    {
        _lastCommit = Stopwatch.GetTimestamp();
        var tasks = _tasks!.WithProgress();
        if (tasks.Count == 0) { return; }
        foreach (var task in tasks)
        {
            task.Task.FlushState(_outputs);
            Produce();
            task.WriteWindows(_clients!.Producer);
        }

        var offsets = tasks.SelectMany(t => t.Offsets()).ToArray();
        if (!_clients!.Commit(offsets)) { return; }
        foreach (var task in tasks) { task.Committed(); }
        _context.Metrics?.Committed(Topology.Name, Stopwatch.GetElapsedTime(_lastCommit).TotalSeconds);
    }

    /// <summary>Makes the record that a processor failed on a dead letter when it comes again.</summary>
    private void Blame(StreamException e)
    {
        if (e.Offset is not { } offset || !_poisoned.Add((e.Input, e.Partition, offset)))
        {
            Status.State = StreamsState.Failed;
            throw e;
        }

        _clients!.Reader.Poison(e.Input, e.Partition, offset, e.Message);
    }

    /// <summary>Back to the last commit: aborts, gives up all state, and reads again from the committed offsets.</summary>
    private void Recover(Exception cause)
    {
        KafkaLog.Rewound(_context.Log, Topology.Name, cause.Message);
        _context.Metrics?.Restarted(Topology.Name, cause is StreamException ? "processor_failed" : "transaction_aborted");
        Status.State = StreamsState.Recovering;
        Drop();
        _clients!.Reader.DropAll();
        _clients.Producer.Abort();
        _tasks!.Rewind();
    }

    private void Finish()
    {
        // A clean end: what was processed is committed, and the group hears of the leaving.
        try
        {
            Commit();
        }
        catch (KafkaException e)
        {
            KafkaLog.Rewound(_context.Log, Topology.Name, e.Error.Reason);
        }
    }

    private void Close()
    {
        Drop();
        _assigned.Clear();
        _rebalanceFailure = null;
        _isClosing = true;
        _tasks?.Dispose();
        _clients?.Dispose();
        _isClosing = false;
        _tasks = null;
        _clients = null;
        Status.Clear();
    }

    private void Drop()
    {
        foreach (var polled in _polled) { polled.Batch?.Release(); }
        _polled.Clear();
        foreach (var output in _outputs) { output.Release(); }
        _outputs.Clear();
    }

    private TimeSpan Wait()
    {
        var left = _context.Options.CommitInterval - Stopwatch.GetElapsedTime(_lastCommit);
        return left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < LongestWait ? left : LongestWait;
    }

    private void OnAssigned(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0 || _isClosing) { return; }

        // Taken over after the client's call: before, the partitions are not known to it.
        _context.Metrics?.Rebalanced(Topology.Name, "assigned");
        KafkaLog.Assigned(_context.Log, Topology.Name, Numbers(partitions));
        _assigned.AddRange(partitions.Select(p => p.Partition.Value));
    }

    private void OnRevoked(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0) { return; }
        _context.Metrics?.Rebalanced(Topology.Name, "revoked");
        KafkaLog.Revoked(_context.Log, Topology.Name, Numbers(partitions), "revoked");
        if (_isClosing) { return; }
        Forget(partitions);
        Guard(Commit);
        Guard(() => _tasks!.Remove(partitions.Select(p => p.Partition.Value)));
    }

    private void OnLost(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0) { return; }
        _context.Metrics?.Rebalanced(Topology.Name, "lost");
        KafkaLog.Revoked(_context.Log, Topology.Name, Numbers(partitions), "lost");
        if (_isClosing) { return; }
        Forget(partitions);
        Guard(() => _tasks!.Remove(partitions.Select(p => p.Partition.Value)));
        _rebalanceFailure ??= new KafkaException(new Error(ErrorCode.Local_AssignmentLost, "the group has given the partitions to others"));
    }

    /// <summary>Drops what was read of partitions and not processed: whoever gets them reads it again.</summary>
    private void Forget(List<TopicPartition> partitions)
    {
        var numbers = partitions.Select(p => p.Partition.Value).ToHashSet();
        _assigned.RemoveAll(numbers.Contains);
        for (var i = 0; i < _polled.Count; i++)
        {
            var polled = _polled[i];
            if (!numbers.Contains(polled.Partition)) { continue; }
            polled.Batch?.Release();
            _polled[i] = default;
        }

        foreach (var input in _clients!.Reader.Inputs)
        {
            foreach (var partition in numbers) { input.Drop(partition); }
        }
    }

    /// <summary>Handlers run inside the client's call; what fails in them is dealt with after it.</summary>
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is KafkaException or StreamException)
        {
            _rebalanceFailure ??= e;
        }
    }

    private static string Numbers(List<TopicPartition> partitions) => string.Join(",", partitions.Select(p => p.Partition.Value).Order());
}
