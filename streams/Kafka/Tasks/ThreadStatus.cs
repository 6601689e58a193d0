using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;

namespace Sluice.Streams.Kafka;

/// <summary>What a topology's member is doing.</summary>
public enum StreamsState
{
    /// <summary>Connecting and joining the group.</summary>
    Starting = 0,

    /// <summary>Processing what it was given.</summary>
    Running = 1,

    /// <summary>At least one task restores its state.</summary>
    Restoring = 2,

    /// <summary>Going back to the last commit, or connecting anew.</summary>
    Recovering = 3,

    /// <summary>Ended by a processor that fails without a record to blame.</summary>
    Failed = 4,
}

/// <summary>What the metrics and <c>/stores</c> show of a thread; written by it, read by anyone.</summary>
internal sealed class ThreadStatus
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private long _last;

    public StreamsState State { get; set; }

    /// <summary>Records behind the end, by topic and partition.</summary>
    public ConcurrentDictionary<TopicPartition, long> Lag { get; } = new();

    /// <summary>Records still to restore, by changelog and partition.</summary>
    public ConcurrentDictionary<(string Changelog, int Partition), long> Remaining { get; } = new();

    /// <summary>State of each task, by partition.</summary>
    public ConcurrentDictionary<int, KafkaTaskState> Tasks { get; } = new();

    /// <summary>Looks around twice a second.</summary>
    public void Observe<TKey, TValue>(IConsumer<TKey, TValue> consumer, TaskSet tasks)
    {
        if (_last != 0 && Stopwatch.GetElapsedTime(_last) < Every) { return; }
        _last = Stopwatch.GetTimestamp();
        Lag.Clear();
        Remaining.Clear();
        Tasks.Clear();
        foreach (var task in tasks.All)
        {
            Tasks[task.Partition] = task.State;
            foreach (var target in task.Targets)
            {
                if (task.State != KafkaTaskState.Running) { Remaining[(target.Topic, target.Partition)] = tasks.Remaining(target); }
            }

            for (var i = 0; task.State != KafkaTaskState.Standby && i < task.Sources.Count; i++)
            {
                // Known without asking the brokers: they tell it with each fetch.
                var high = consumer.GetWatermarkOffsets(task.Sources[i]).High;
                if (!high.IsSpecial && task.Position(i) is { } position) { Lag[task.Sources[i]] = Math.Max(0, high.Value - position); }
            }
        }
    }

    /// <summary>Looks around twice a second, for a reader without tasks.</summary>
    /// <param name="positions">Next position of each partition that was read from.</param>
    public void Observe<TKey, TValue>(IConsumer<TKey, TValue> consumer, IReadOnlyDictionary<TopicPartition, long> positions)
    {
        if (_last != 0 && Stopwatch.GetElapsedTime(_last) < Every) { return; }
        _last = Stopwatch.GetTimestamp();
        Lag.Clear();
        foreach (var (at, position) in positions)
        {
            var high = consumer.GetWatermarkOffsets(at).High;
            if (!high.IsSpecial) { Lag[at] = Math.Max(0, high.Value - position); }
        }
    }

    public void Clear()
    {
        Lag.Clear();
        Remaining.Clear();
        Tasks.Clear();
        _last = 0;
    }
}
