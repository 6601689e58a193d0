namespace Sluice.Tests.Broker.Log;

/// <summary>Which batches of a log a reader sees.</summary>
internal static class Visible
{
    /// <summary>Batches with records, without markers; only those of committed transactions, or of none, when asked for.</summary>
    public static IEnumerable<(BatchHeader Header, StoredBatch Batch)> Batches(PartitionLog log, bool committedOnly)
    {
        var aborted = log.AbortedBetween(log.StartOffset, log.EndOffset);
        foreach (var batch in log.Batches)
        {
            if (committedOnly && batch.BaseOffset >= log.LastStableOffset) { yield break; }
            _ = BatchHeader.TryRead(batch.Bytes.Span, out var header);
            if (header.IsControl || (committedOnly && IsAborted(aborted, header))) { continue; }
            yield return (header, batch);
        }
    }

    private static bool IsAborted(List<AbortedTransaction> aborted, BatchHeader header) =>
        header.IsTransactional && aborted.Exists(one =>
            one.ProducerId == header.ProducerId && one.FirstOffset <= header.BaseOffset && header.BaseOffset < one.LastOffset);
}
