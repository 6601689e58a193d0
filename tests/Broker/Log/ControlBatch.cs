using System.Buffers.Binary;

namespace Sluice.Tests.Broker.Log;

/// <summary>The marker that ends a transaction in a partition: a batch of one record that takes one offset.</summary>
/// <remarks>
/// Key: int16 version 0, int16 type (0 abort, 1 commit). Value: int16 version 0, int32 epoch of the coordinator.
/// Source: Apache Kafka's documentation, "Control Batches", and KIP-98.
/// </remarks>
internal static class ControlBatch
{
    private const short Abort = 0, Commit = 1;

    public static byte[] Create(long producerId, short producerEpoch, bool commit, long unixMs)
    {
        // Length 16, attributes, timestamp delta, offset delta, key length 4, key, value length 6, value, no headers; zig-zag varints.
        ReadOnlySpan<byte> record = [32, 0, 0, 0, 8, 0, 0, 0, (byte)(commit ? Commit : Abort), 12, 0, 0, 0, 0, 0, 0, 0];
        var batch = new byte[BatchHeader.Size + record.Length];
        record.CopyTo(batch.AsSpan(BatchHeader.Size));
        new BatchHeader(
            BaseOffset: 0, batch.Length, BatchHeader.TransactionalBit | BatchHeader.ControlBit, LastOffsetDelta: 0,
            BaseTimestamp: unixMs, MaxTimestamp: unixMs, producerId, producerEpoch, BaseSequence: -1, RecordCount: 1).Write(batch, leaderEpoch: 0);
        return batch;
    }

    /// <summary>Whether a control record's key says that the transaction was committed.</summary>
    public static bool IsCommit(ReadOnlySpan<byte> key) => key.Length >= 4 && BinaryPrimitives.ReadInt16BigEndian(key[2..]) == Commit;
}
