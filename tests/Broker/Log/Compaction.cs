namespace Sluice.Tests.Broker.Log;

/// <summary>Compacts a log up to its last stable offset.</summary>
/// <remarks>
/// (1) The newest offset of every key is found among the committed records. (2) Batches are written anew with the records
/// that stay, uncompressed; their offsets, producers and the range of offsets of the batch stay as they were. (3) Records of
/// aborted transactions go, markers stay. Records without a key are not in compacted topics; where there are some they stay.
/// </remarks>
internal static class Compaction
{
    public static void Run(PartitionLog log, bool dropTombstones)
    {
        var end = log.LastStableOffset;
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        var stable = Visible.Batches(log, committedOnly: true).ToList();
        foreach (var (header, batch) in stable)
        {
            foreach (var record in RecordReader.ReadAll(log.Partition, header, batch.Bytes))
            {
                if (record.Key is { } key) { newest[Convert.ToHexString(key)] = record.Offset; }
            }
        }

        var committed = stable.Select(one => one.Batch.BaseOffset).ToHashSet();
        var kept = new List<StoredBatch>();
        foreach (var batch in log.Batches)
        {
            if (batch.BaseOffset >= end) { break; }
            _ = BatchHeader.TryRead(batch.Bytes.Span, out var header);
            if (header.IsControl)
            {
                kept.Add(batch);
            }
            else if (committed.Contains(batch.BaseOffset) && Rewrite(log, header, batch, newest, dropTombstones) is { } rewritten)
            {
                kept.Add(rewritten);
            }
        }

        log.ReplaceBefore(end, kept);
    }

    /// <summary>The batch with the records that stay, or null when none does.</summary>
    private static StoredBatch? Rewrite(
        PartitionLog log, BatchHeader header, StoredBatch batch, Dictionary<string, long> newest, bool dropTombstones)
    {
        var plain = RecordReader.Decompress(header, batch.Bytes);
        var places = RecordReader.Split(plain.Span, header.RecordCount);
        var records = RecordReader.ReadAll(log.Partition, header, batch.Bytes).ToList();
        var output = new MemoryStream();
        output.Write(new byte[BatchHeader.Size]);
        var count = 0;
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            var stays = record.Key is null
                || (newest[Convert.ToHexString(record.Key)] == record.Offset && !(dropTombstones && record.Value is null));
            if (!stays) { continue; }
            output.Write(plain.Span.Slice(places[i].Start, places[i].Length));
            count++;
        }

        if (count == 0) { return null; }
        const short compressionBits = 0x07;
        var bytes = output.ToArray();
        (header with { Attributes = (short)(header.Attributes & ~compressionBits), RecordCount = count }).Write(bytes, PartitionLog.LeaderEpoch);
        return batch with { Bytes = bytes };
    }
}
