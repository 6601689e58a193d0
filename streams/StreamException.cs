namespace Sluice.Streams;

/// <summary>A processor failed: the run ends here, and a restart begins at the last commit.</summary>
public sealed class StreamException : Exception
{
    public StreamException(string topology, string processor, RecordBatch input, int index, Exception cause)
        : base(
            $"Processor {processor} of topology {topology} failed at {input.Topic.Name}[{input.Partition}] position {input.Position}"
            + $" (slot {input.Slot}, record {index}): {cause.Message}",
            cause)
    {
        Topology = topology;
        Processor = processor;
        Slot = input.Slot;
        Input = input.Topic;
        Partition = input.Partition;
        Offset = index < input.Offsets.Count ? input.Offsets[index] : null;
    }

    public StreamException(string topology, string processor, Topic input, int partition, long slot, Exception cause)
        : base($"Processor {processor} of topology {topology} failed at the end of {input.Name}[{partition}] (after slot {slot}): {cause.Message}", cause)
    {
        Topology = topology;
        Processor = processor;
        Slot = slot;
        Input = input;
        Partition = partition;
    }

    /// <summary>Topology that failed.</summary>
    public string Topology { get; }

    /// <summary>Its processor.</summary>
    public string Processor { get; }

    /// <summary>Slot of the input batch; of the last one where the input had ended.</summary>
    public long Slot { get; }

    /// <summary>Topic of the input batch.</summary>
    public Topic Input { get; }

    /// <summary>Partition of the input batch.</summary>
    public int Partition { get; }

    /// <summary>On Kafka, the offset of the record; null elsewhere.</summary>
    public long? Offset { get; }
}
