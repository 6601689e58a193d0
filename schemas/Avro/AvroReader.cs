using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Avro;

/// <summary>Reads Avro's binary encoding. Total: whatever the bytes, a method answers false and the status says why.</summary>
/// <remarks>
/// A claimed length or count never leads to an allocation by itself: lengths are compared with what is left, and an
/// array's items are added as they are read, each of at least one byte.
/// </remarks>
public ref struct AvroReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly TextPool? _texts;

    /// <param name="bytes">What to read.</param>
    /// <param name="texts">Where texts that come again are looked up, or null to make each anew.</param>
    public AvroReader(ReadOnlySpan<byte> bytes, TextPool? texts = null)
    {
        _bytes = bytes;
        _texts = texts;
    }

    /// <summary>Bytes used so far; after a failure, where the value that failed begins.</summary>
    public int Offset { get; private set; }

    public AvroStatus Status { get; private set; }

    /// <summary>Path of the field that failed.</summary>
    public string? Field { get; private set; }

    public readonly int Left => _bytes.Length - Offset;

    public readonly AvroResult Result => new(Status, Offset, Field);

    /// <summary>Puts the field's name before the path of a failure, and answers false.</summary>
    public bool In(string field)
    {
        Field = Field is null ? field : $"{field}.{Field}";
        return false;
    }

    public bool TryBool(out bool value)
    {
        value = false;
        if (Left < 1) { return Fail(AvroStatus.Truncated); }
        var raw = _bytes[Offset];
        if (raw > 1) { return Fail(AvroStatus.BadBoolean); }
        value = raw == 1;
        Offset++;
        return true;
    }

    public bool TryInt(out int value)
    {
        value = 0;
        var start = Offset;
        if (!TryLong(out var wide)) { return false; }
        if (wide is < int.MinValue or > int.MaxValue) { return Fail(AvroStatus.BadNumber, start); }
        value = (int)wide;
        return true;
    }

    public bool TryLong(out long value)
    {
        value = 0;
        ulong raw = 0;
        var rest = _bytes[Offset..];
        for (var i = 0; i < rest.Length; i++)
        {
            var b = rest[i];
            if (i == 9 && b > 1) { return Fail(AvroStatus.BadNumber); }
            raw |= (ulong)(b & 0x7F) << (i * 7);
            if (b < 0x80)
            {
                Offset += i + 1;
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }

        return Fail(AvroStatus.Truncated);
    }

    public bool TryDouble(out double value)
    {
        value = 0;
        if (Left < sizeof(double)) { return Fail(AvroStatus.Truncated); }
        value = BinaryPrimitives.ReadDoubleLittleEndian(_bytes[Offset..]);
        Offset += sizeof(double);
        return true;
    }

    public bool TryFloat(out float value)
    {
        value = 0;
        if (Left < sizeof(float)) { return Fail(AvroStatus.Truncated); }
        value = BinaryPrimitives.ReadSingleLittleEndian(_bytes[Offset..]);
        Offset += sizeof(float);
        return true;
    }

    public bool TryText(out string value)
    {
        value = "";
        var start = Offset;
        if (!TrySpan(out var bytes)) { return false; }
        if (!Utf8.IsValid(bytes)) { return Fail(AvroStatus.BadText, start); }
        value = _texts is null ? Encoding.UTF8.GetString(bytes) : _texts.Get(bytes);
        return true;
    }

    public bool TryBytes(out byte[] value)
    {
        value = [];
        if (!TrySpan(out var bytes)) { return false; }
        value = bytes.ToArray();
        return true;
    }

    public bool TryKey(out Pubkey value)
    {
        value = default;
        var start = Offset;
        if (!TrySpan(out var bytes)) { return false; }
        return Pubkey.TryParse(bytes, out value) || Fail(AvroStatus.BadKey, start);
    }

    public bool TrySignature(out Signature value)
    {
        value = default;
        var start = Offset;
        if (!TrySpan(out var bytes)) { return false; }
        return Signature.TryParse(bytes, out value) || Fail(AvroStatus.BadKey, start);
    }

    /// <summary>A finding's id; any other text is kept as it is.</summary>
    public bool TryId(out FindingId value)
    {
        value = default;
        var start = Offset;
        if (!TrySpan(out var bytes)) { return false; }
        if (FindingId.TryParse(bytes, out value)) { return true; }
        Offset = start;
        if (!TryText(out var text)) { return false; }
        value = FindingId.Parse(text);
        return true;
    }

    public bool TryDecimal(out ulong value)
    {
        value = 0;
        var start = Offset;
        if (!TryDecimal(out Int128 wide)) { return false; }
        if (wide < 0 || wide > ulong.MaxValue) { return Fail(AvroStatus.BadDecimal, start); }
        value = (ulong)wide;
        return true;
    }

    /// <summary>Takes more bytes than needed, as other writers make them, as long as the value fits.</summary>
    public bool TryDecimal(out Int128 value)
    {
        value = 0;
        var start = Offset;
        if (!TrySpan(out var bytes)) { return false; }
        if (bytes.IsEmpty) { return Fail(AvroStatus.BadDecimal, start); }
        var isNegative = bytes[0] >= 0x80;
        var sign = isNegative ? (byte)0xFF : (byte)0;
        while (bytes.Length > 16)
        {
            if (bytes[0] != sign) { return Fail(AvroStatus.BadDecimal, start); }
            bytes = bytes[1..];
        }

        if (bytes[0] >= 0x80 != isNegative) { return Fail(AvroStatus.BadDecimal, start); }
        Int128 result = isNegative ? -1 : 0;
        foreach (var b in bytes) { result = (result << 8) | b; }
        value = result;
        return true;
    }

    /// <summary>Reads the index of a union's branch or an enum's symbol.</summary>
    /// <param name="count">Branches or symbols of the schema.</param>
    public bool TryIndex(int count, out int index)
    {
        index = 0;
        var start = Offset;
        if (!TryLong(out var value)) { return false; }
        if (value < 0 || value >= count) { return Fail(AvroStatus.BadIndex, start); }
        index = (int)value;
        return true;
    }

    /// <summary>Reads the head of an array's next block; no items is the end of the array.</summary>
    /// <param name="count">Items of the block.</param>
    /// <param name="end">Offset at which a block that tells its size must end, or -1.</param>
    /// <param name="itemsAreEmpty">True for items without bytes, such as nulls: then the count is bounded by nothing.</param>
    public bool TryBlock(out long count, out int end, bool itemsAreEmpty = false)
    {
        end = -1;
        var start = Offset;
        if (!TryLong(out count)) { return false; }
        if (count < 0)
        {
            if (count == long.MinValue) { return Fail(AvroStatus.BadLength, start); }
            count = -count;
            if (!TryLong(out var size)) { return false; }
            if (size < 0) { return Fail(AvroStatus.BadLength, start); }
            if (size > Left) { return Fail(AvroStatus.Truncated, start); }
            end = Offset + (int)size;
        }

        // Any other item takes at least a byte.
        return itemsAreEmpty || count <= Left || Fail(AvroStatus.Truncated, start);
    }

    /// <summary>Compares the end of a block with what its head said.</summary>
    public bool TryEndBlock(int end) => end < 0 || end == Offset || Fail(AvroStatus.BadLength);

    /// <summary>Reads a length and that many bytes, without a copy: a string, or bytes.</summary>
    internal bool TrySpan(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        var start = Offset;
        if (!TryLong(out var length)) { return false; }
        if (length < 0) { return Fail(AvroStatus.BadLength, start); }
        if (length > Left) { return Fail(AvroStatus.Truncated, start); }
        bytes = _bytes.Slice(Offset, (int)length);
        Offset += (int)length;
        return true;
    }

    /// <summary>Steps over bytes.</summary>
    internal bool TrySkip(long size)
    {
        if (size > Left) { return Fail(AvroStatus.Truncated); }
        Offset += (int)size;
        return true;
    }

    /// <summary>Goes to where a value that was stepped over begins or ends.</summary>
    internal void Seek(int offset) => Offset = offset;

    /// <summary>Bytes that were read, as they stand.</summary>
    internal readonly ReadOnlySpan<byte> Slice(int start, int end) => _bytes[start..end];

    internal bool Fail(AvroStatus status) => Fail(status, Offset);

    internal bool Fail(AvroStatus status, int offset)
    {
        Status = status;
        Offset = offset;
        return false;
    }
}
