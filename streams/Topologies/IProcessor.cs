using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>One step of a topology: records in, records out, state between. One instance a task, called by one thread at a time.</summary>
/// <remarks>
/// An exception out of any method fails the run with its place: it is for our own bugs. A record that cannot be processed goes
/// to <see cref="ProcessorContext.Reject"/>.
/// </remarks>
public interface IProcessor<TIn>
    where TIn : struct, IRecord
{
    /// <summary>Called once, before the first record and after state was restored.</summary>
    void Init(ProcessorContext context);

    /// <summary>Called for each record. The record may not be kept beyond the call, since its buffers are used again, but by <see cref="ProcessorContext.Hold"/>.</summary>
    void Process(in TIn record, in RecordMetadata metadata);

    /// <summary>Called after an input batch when stream time has passed what <see cref="ProcessorContext.Schedule"/> asked for.</summary>
    /// <param name="streamTime">Highest slot the task has seen.</param>
    void Punctuate(long streamTime)
    {
    }

    /// <summary>Called once at the end of an input that has an end, after its last record: a processor that waits for more gives out what it has.</summary>
    void Finish()
    {
    }

    /// <summary>Called once, when the task ends.</summary>
    void Close()
    {
    }
}

/// <summary>Where a record comes from.</summary>
/// <param name="Topic">Source topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Position">Place of the record's batch in the partition.</param>
/// <param name="Sequence">Ingest unit, see <see cref="RecordBatch.Sequence"/>.</param>
/// <param name="Slot">Slot of the batch.</param>
/// <param name="Index">Index of the record in its batch.</param>
public readonly record struct RecordMetadata(Topic Topic, int Partition, long Position, long Sequence, long Slot, int Index);
