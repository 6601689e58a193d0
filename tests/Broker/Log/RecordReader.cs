using System.IO.Compression;
using System.Text;

namespace Sluice.Tests.Broker.Log;

/// <summary>Reads the records inside of a batch, for inspection, compaction and searches by time.</summary>
/// <remarks>
/// Serving produce and fetch does not need it. A record: length, attributes, timestamp delta, offset delta, key, value,
/// headers; numbers are zig-zag varints. Source: Apache Kafka's documentation, "Record".
/// Batches compressed with zstd cannot be read, since the framework has no decoder.
/// </remarks>
internal ref struct RecordReader
{
    private const int Gzip = 1, Snappy = 2, Lz4 = 3;

    private readonly ReadOnlySpan<byte> _records;
    private int _at;

    private RecordReader(ReadOnlySpan<byte> records) => _records = records;

    /// <summary>Where one record lies in the uncompressed records, and what is needed to place it.</summary>
    public readonly record struct Raw(int Start, int Length, long TimestampDelta, int OffsetDelta, int KeyStart, int KeyLength, int BodyStart);

    public static bool CanDecompress(in BatchHeader header) => header.Compression <= Lz4;

    /// <summary>The records of a batch without their compression.</summary>
    /// <exception cref="NotSupportedException">The batch is compressed with zstd.</exception>
    public static ReadOnlyMemory<byte> Decompress(in BatchHeader header, ReadOnlyMemory<byte> batch)
    {
        var records = batch[BatchHeader.Size..header.Bytes];
        switch (header.Compression)
        {
            case 0: return records;
            case Gzip:
                using (var stream = new GZipStream(new MemoryStream(records.ToArray()), CompressionMode.Decompress))
                {
                    var plain = new MemoryStream();
                    stream.CopyTo(plain);
                    return plain.ToArray();
                }

            case Snappy: return Decompression.Snappy(records.Span);
            case Lz4: return Decompression.Lz4(records.Span);
            default: throw new NotSupportedException("A zstd batch cannot be looked into; read it with a consumer, or produce with lz4.");
        }
    }

    public static List<Raw> Split(ReadOnlySpan<byte> records, int count)
    {
        var reader = new RecordReader(records);
        var all = new List<Raw>(count);
        for (var i = 0; i < count; i++) { all.Add(reader.Next()); }
        return all;
    }

    public static bool AllHaveKeys(ReadOnlySpan<byte> records, int count)
    {
        var reader = new RecordReader(records);
        for (var i = 0; i < count; i++)
        {
            if (reader.Next().KeyLength < 0) { return false; }
        }

        return true;
    }

    /// <summary>Every record of a batch, with its offset and time.</summary>
    public static IEnumerable<BrokerRecord> ReadAll(int partition, BatchHeader header, ReadOnlyMemory<byte> batch)
    {
        var records = Decompress(header, batch);
        foreach (var raw in Split(records.Span, header.RecordCount)) { yield return Read(partition, header, records.Span, raw); }
    }

    private static BrokerRecord Read(int partition, in BatchHeader header, ReadOnlySpan<byte> records, in Raw raw)
    {
        var reader = new RecordReader(records) { _at = raw.BodyStart };
        var key = reader.Bytes();
        var value = reader.Bytes();
        var headers = new KeyValuePair<string, byte[]?>[reader.Varint()];
        for (var i = 0; i < headers.Length; i++) { headers[i] = new(Encoding.UTF8.GetString(reader.Bytes()!), reader.Bytes()); }
        var time = (header.Attributes & BatchHeader.AppendTimeBit) != 0 ? header.MaxTimestamp : header.BaseTimestamp + raw.TimestampDelta;
        return new BrokerRecord(partition, header.BaseOffset + raw.OffsetDelta, time, key, value, headers);
    }

    private Raw Next()
    {
        var start = _at;
        var length = (int)Varint();
        var end = _at + length;
        if (length < 0 || end > _records.Length) { throw new InvalidDataException("A record is longer than its batch."); }
        _at++; // attributes
        var timestampDelta = Varint();
        var offsetDelta = (int)Varint();
        var body = _at;
        var keyLength = (int)Varint();
        var keyStart = _at;
        _at = end;
        return new Raw(start, end - start, timestampDelta, offsetDelta, keyStart, keyLength, body);
    }

    private byte[]? Bytes()
    {
        var length = (int)Varint();
        if (length < 0) { return null; }
        var bytes = _records.Slice(_at, length).ToArray();
        _at += length;
        return bytes;
    }

    private long Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at >= _records.Length) { break; }
            var b = _records[_at++];
            value |= (ulong)(b & 0x7f) << shift;
            if ((b & 0x80) == 0) { return (long)(value >> 1) ^ -(long)(value & 1); }
        }

        throw new InvalidDataException("A record's number does not end.");
    }
}
