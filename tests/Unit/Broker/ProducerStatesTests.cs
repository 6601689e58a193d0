using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Unit.Broker;

/// <summary>What a partition of the test broker accepts from an idempotent producer: cases no client makes on purpose.</summary>
public sealed class ProducerStatesTests
{
    private const long Producer = 7;

    [Fact]
    public void Sequence_numbers_go_up_without_a_gap()
    {
        var log = new PartitionLog("t", 0);
        Assert.Equal((ErrorCode.None, 0), Append(log, epoch: 0, sequence: 0, records: 3));
        Assert.Equal((ErrorCode.None, 3), Append(log, epoch: 0, sequence: 3, records: 1));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Append(log, epoch: 0, sequence: 5, records: 1).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Append(log, epoch: 0, sequence: 2, records: 1).Error);
        Assert.Equal(4, log.EndOffset);
    }

    [Fact]
    public void One_of_the_last_five_batches_sent_again_gets_the_offset_it_has()
    {
        var log = new PartitionLog("t", 0);
        for (var i = 0; i < 6; i++) { Assert.Equal((ErrorCode.None, i * 2), Append(log, epoch: 0, sequence: i * 2, records: 2)); }
        for (var i = 1; i < 6; i++) { Assert.Equal((ErrorCode.None, i * 2), Append(log, epoch: 0, sequence: i * 2, records: 2)); }
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Append(log, epoch: 0, sequence: 0, records: 2).Error);
        Assert.Equal(12, log.EndOffset);
        Assert.Equal(6, log.Batches.Count);
    }

    [Fact]
    public void A_new_epoch_starts_at_zero_and_ends_the_old_one()
    {
        var log = new PartitionLog("t", 0);
        _ = Append(log, epoch: 3, sequence: 0, records: 1);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Append(log, epoch: 4, sequence: 1, records: 1).Error);
        Assert.Equal((ErrorCode.None, 1), Append(log, epoch: 4, sequence: 0, records: 1));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Append(log, epoch: 3, sequence: 1, records: 1).Error);
    }

    [Fact]
    public void Sequence_numbers_go_on_at_zero_after_the_largest()
    {
        var log = new PartitionLog("t", 0);
        Assert.Equal((ErrorCode.None, 0), Append(log, epoch: 0, sequence: int.MaxValue - 1, records: 2));
        Assert.Equal((ErrorCode.None, 2), Append(log, epoch: 0, sequence: 0, records: 1));
        Assert.Equal((ErrorCode.None, 3), Append(log, epoch: 0, sequence: 1, records: 1));
        Assert.Equal((ErrorCode.None, 0), Append(log, epoch: 0, sequence: int.MaxValue - 1, records: 2));
    }

    [Fact]
    public void A_marker_of_a_newer_epoch_shuts_the_old_producer_out()
    {
        var log = new PartitionLog("t", 0);
        _ = Append(log, epoch: 0, sequence: 0, records: 2, transactional: true);
        Assert.Equal(0, log.LastStableOffset);
        log.EndTransaction(Producer, epoch: 1, commit: false, unixMs: 0);
        Assert.Equal((3, 3), (log.EndOffset, log.LastStableOffset));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Append(log, epoch: 0, sequence: 2, records: 1, transactional: true).Error);
        Assert.Equal([new AbortedTransaction(Producer, 0, 2)], log.AbortedBetween(0, 3));
        Assert.Empty(log.AbortedBetween(3, 4));
    }

    [Fact]
    public void A_producer_in_a_transaction_writes_nothing_outside_of_it()
    {
        var log = new PartitionLog("t", 0);
        _ = Append(log, epoch: 0, sequence: 0, records: 1, transactional: true);
        Assert.Equal(ErrorCode.InvalidTxnState, Append(log, epoch: 0, sequence: 1, records: 1).Error);
    }

    [Fact]
    public void A_marker_is_a_whole_batch_with_a_checksum_that_fits()
    {
        var marker = ControlBatch.Create(Producer, 2, commit: true, unixMs: 5);
        Assert.True(BatchHeader.TryRead(marker, out var header));
        Assert.Equal((marker.Length, Producer, (short)2, 1), (header.Bytes, header.ProducerId, header.ProducerEpoch, header.RecordCount));
        Assert.True(header.IsControl && header.IsTransactional && BatchHeader.ChecksumFits(marker));
        var record = Assert.Single(RecordReader.ReadAll(0, header, marker));
        Assert.True(ControlBatch.IsCommit(record.Key));
        marker[^1] ^= 1;
        Assert.False(BatchHeader.ChecksumFits(marker));
    }

    private static (ErrorCode Error, long BaseOffset) Append(
        PartitionLog log, short epoch, int sequence, int records, bool transactional = false)
    {
        var bytes = new byte[BatchHeader.Size];
        var header = new BatchHeader(
            0, bytes.Length, transactional ? BatchHeader.TransactionalBit : (short)0, records - 1, 0, 0, Producer, epoch, sequence, records);
        header.Write(bytes, 0);
        return log.Append(bytes, header);
    }
}
