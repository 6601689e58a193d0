using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>What a processor may do: forward, use its state, ask for punctuation, reject a record.</summary>
public sealed class ProcessorContext
{
    private readonly StreamTask _task;
    private readonly ProcessorNode _node;
    private long _every;
    private long _nextPunctuation;

    internal ProcessorContext(StreamTask task, ProcessorNode node)
    {
        _task = task;
        _node = node;
    }

    /// <summary>Name of the topology.</summary>
    public string Topology => _task.Topology.Name;

    /// <summary>Name of the processor.</summary>
    public string Processor => _node.Name;

    /// <summary>Partition of the task.</summary>
    public int Partition => _task.Partition;

    /// <summary>Highest slot the task has seen, −1 before the first.</summary>
    public long StreamTime => _task.StreamTime;

    /// <summary>Keeps the batch of the record being processed, so that the record stays as it is until the batch is released.</summary>
    /// <returns>The batch, to be released once by <see cref="RecordBatch.Release"/>, in <see cref="IProcessor{TIn}.Close"/> at the latest.</returns>
    /// <exception cref="InvalidOperationException">No record is being processed.</exception>
    public RecordBatch Hold()
    {
        var batch = _task.Input ?? throw new InvalidOperationException($"Processor {Processor} of topology {Topology} can hold a batch only while a record is processed.");
        batch.Retain();
        return batch;
    }

    /// <summary>Adds an empty record to the output of a sink below this processor, to be filled in place.</summary>
    /// <returns>The record, good until the next call for the same topic.</returns>
    public ref T Forward<T>(Topic<T> topic)
        where T : struct, IRecord
    {
        foreach (var sink in _node.Sinks)
        {
            if (ReferenceEquals(sink.Topic, topic))
            {
                _node.Counts.Forwarded++;
                return ref ((SinkNode<T>)sink).Add();
            }
        }

        ThrowNoSink(topic.Name);
        return ref Unsafe.NullRef<T>();
    }

    /// <summary>Takes back the record that the last <see cref="Forward{T}(Topic{T})"/> to the topic added.</summary>
    public void TakeBack<T>(Topic<T> topic)
        where T : struct, IRecord
    {
        foreach (var sink in _node.Sinks)
        {
            if (ReferenceEquals(sink.Topic, topic))
            {
                _node.Counts.Forwarded--;
                ((SinkNode<T>)sink).RemoveLast();
                return;
            }
        }

        ThrowNoSink(topic.Name);
    }

    /// <summary>Hands a record to every processor below that takes its type, at once and by reference.</summary>
    public void Forward<T>(in T record)
        where T : struct, IRecord
    {
        var taken = false;
        foreach (var child in _node.Children)
        {
            if (child is IReceiver<T> receiver)
            {
                taken = true;
                receiver.Receive(in record, in _task.Current);
            }
        }

        if (!taken) { ThrowNoChild(typeof(T).Name); }
        _node.Counts.Forwarded++;
    }

    /// <summary>The task's instance of a state store that the topology gave this processor.</summary>
    public TStore GetStateStore<TStore>(string name)
        where TStore : class, IStateStore
    {
        foreach (var store in _node.Stores)
        {
            if (store.Name == name) { return (TStore)store; }
        }

        ThrowNoStore(name);
        return null;
    }

    /// <summary>Asks for <see cref="IProcessor{TIn}.Punctuate"/> whenever stream time crosses a multiple of <paramref name="slots"/>.</summary>
    public void Schedule(long slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _every = slots;
        _nextPunctuation = -1;
    }

    /// <summary>Turns the current record down: it counts as rejected and goes to the dead letters with its reason and bytes.</summary>
    /// <param name="reason">Machine-readable reason, from a small set.</param>
    /// <param name="message">One line for a person.</param>
    /// <param name="payload">What was rejected; the first 64 KiB are kept.</param>
    public void Reject(string reason, string message, ReadOnlySpan<byte> payload)
    {
        _node.CurrentIsRejected = true;
        _task.Metrics?.RecordRejected(_task.Topology.Name, _node.Name, reason);
        ref readonly var current = ref _task.Current;
        ref var letter = ref Forward(Topics.DeadLetters);
        _node.Counts.Forwarded--; // counted as rejected instead
        letter.Topic = current.Topic.Name;
        letter.Source = $"{Topology}/{Processor}[{Partition}]";
        letter.Slot = current.Slot;
        letter.Reason = reason;
        letter.Message = message;
        letter.Offset = current.Position;
        letter.Payload = payload[..Math.Min(payload.Length, MaxPayloadBytes)].ToArray();
        letter.PayloadLength = payload.Length;
    }

    /// <summary>Bytes of a rejected record that a dead letter keeps.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    internal bool PunctuationIsDue(long streamTime)
    {
        if (_every == 0) { return false; }
        if (_nextPunctuation < 0)
        {
            // The first slot only sets the clock.
            _nextPunctuation = ((streamTime / _every) + 1) * _every;
            return false;
        }

        if (streamTime < _nextPunctuation) { return false; }
        _nextPunctuation = ((streamTime / _every) + 1) * _every;
        return true;
    }

    [DoesNotReturn]
    private void ThrowNoSink(string topic) =>
        throw new InvalidOperationException($"Processor {Processor} of topology {Topology} has no sink for {topic}.");

    [DoesNotReturn]
    private void ThrowNoChild(string type) =>
        throw new InvalidOperationException($"Processor {Processor} of topology {Topology} has no child that takes {type}.");

    [DoesNotReturn]
    private void ThrowNoStore(string name) =>
        throw new InvalidOperationException($"Processor {Processor} of topology {Topology} was not given the state store {name}.");
}
