using System.Buffers.Binary;
using System.Numerics;

namespace Sluice.Tests.Broker.Log;

/// <summary>The fixed part of a record batch, format 2, big-endian.</summary>
/// <remarks>
/// Source: Apache Kafka's documentation, "Record Batch". The checksum is CRC-32C over everything from the attributes
/// on, so that a broker may set the base offset and the leader epoch without computing it again.
/// </remarks>
internal readonly record struct BatchHeader(
    long BaseOffset, int Bytes, short Attributes, int LastOffsetDelta, long BaseTimestamp, long MaxTimestamp,
    long ProducerId, short ProducerEpoch, int BaseSequence, int RecordCount)
{
    public const int Size = 61;
    public const byte Magic = 2;
    public const short TransactionalBit = 0x10, ControlBit = 0x20, AppendTimeBit = 0x08;
    public const long NoProducer = -1;

    private const int LengthAt = 8, EpochAt = 12, MagicAt = 16, ChecksumAt = 17, AttributesAt = 21, LastOffsetDeltaAt = 23,
        BaseTimestampAt = 27, MaxTimestampAt = 35, ProducerIdAt = 43, ProducerEpochAt = 51, BaseSequenceAt = 53, CountAt = 57;

    public int Compression => Attributes & 0x07;

    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    public bool IsControl => (Attributes & ControlBit) != 0;

    public bool HasProducer => ProducerId != NoProducer;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Sequence number of the last record; it goes on at 0 after the largest int.</summary>
    public int LastSequence => BaseSequence < 0 ? -1 : (int)(((long)BaseSequence + LastOffsetDelta) & int.MaxValue);

    /// <summary>Reads the header; false when the bytes are not one whole batch of format 2 at least.</summary>
    public static bool TryRead(ReadOnlySpan<byte> batch, out BatchHeader header)
    {
        header = default;
        if (batch.Length < Size || batch[MagicAt] != Magic) { return false; }
        var bytes = BinaryPrimitives.ReadInt32BigEndian(batch[LengthAt..]) + EpochAt;
        if (bytes < Size || bytes > batch.Length) { return false; }
        header = new BatchHeader(
            BinaryPrimitives.ReadInt64BigEndian(batch),
            bytes,
            BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]),
            BinaryPrimitives.ReadInt32BigEndian(batch[LastOffsetDeltaAt..]),
            BinaryPrimitives.ReadInt64BigEndian(batch[BaseTimestampAt..]),
            BinaryPrimitives.ReadInt64BigEndian(batch[MaxTimestampAt..]),
            BinaryPrimitives.ReadInt64BigEndian(batch[ProducerIdAt..]),
            BinaryPrimitives.ReadInt16BigEndian(batch[ProducerEpochAt..]),
            BinaryPrimitives.ReadInt32BigEndian(batch[BaseSequenceAt..]),
            BinaryPrimitives.ReadInt32BigEndian(batch[CountAt..]));
        return true;
    }

    /// <summary>Whether these bytes begin like a record batch or message set of an older format.</summary>
    public static bool IsOldFormat(ReadOnlySpan<byte> batch) => batch.Length > MagicAt && batch[MagicAt] < Magic;

    public static bool ChecksumFits(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadUInt32BigEndian(batch[ChecksumAt..]) == Crc32C(batch[AttributesAt..]);

    public static void SetOffset(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[EpochAt..], leaderEpoch);
    }

    /// <summary>Makes the time of the append the timestamp of every record.</summary>
    public static void SetAppendTime(Span<byte> batch, long unixMs)
    {
        var attributes = (short)(BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]) | AppendTimeBit);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], unixMs);
        SetChecksum(batch);
    }

    /// <summary>Writes this header over the front of <paramref name="batch"/>, whose records are in place already.</summary>
    public void Write(Span<byte> batch, int leaderEpoch)
    {
        SetOffset(batch, BaseOffset, leaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[LengthAt..], batch.Length - EpochAt);
        batch[MagicAt] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[LastOffsetDeltaAt..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseTimestampAt..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[ProducerIdAt..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[ProducerEpochAt..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BaseSequenceAt..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[CountAt..], RecordCount);
        SetChecksum(batch);
    }

    private static void SetChecksum(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[ChecksumAt..], Crc32C(batch[AttributesAt..]));

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes) { crc = BitOperations.Crc32C(crc, b); }
        return ~crc;
    }
}
