namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Bytes of a document.</summary>
/// <param name="Start">Where they begin.</param>
/// <param name="Length">How many.</param>
internal readonly record struct ByteRange(int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>The range that has both; an empty one adds nothing.</summary>
    public ByteRange With(ByteRange other) => Length == 0 ? other : new ByteRange(Start, other.End - Start);
}

/// <summary>Walks the fields of one protobuf message that lies in a larger document.</summary>
/// <remarks>
/// No bytes make it throw. The first violation sets <see cref="Failed"/>, after which <see cref="Next"/> is false and every read fails, so a loop over
/// fields need only look once, at its end. Groups, which proto3 does not have, are violations. Source: the protobuf encoding guide.
/// </remarks>
internal ref struct ProtoCursor(ReadOnlySpan<byte> document, ByteRange message)
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _bytes = document[..message.End];
    private int _wire;

    /// <summary>Where in the document the next byte stands.</summary>
    public int Position { get; private set; } = message.Start;

    /// <summary>Number of the field whose value comes next.</summary>
    public int Field { get; private set; }

    public bool Failed { get; private set; }

    /// <summary>Where the present field began, tag and all.</summary>
    public int FieldStart { get; private set; }

    /// <summary>True when the field that comes next has a length, as packed numbers, texts and messages have.</summary>
    public readonly bool HasLength => _wire == Bytes;

    /// <summary>Goes to the next field; false at the message's end.</summary>
    public bool Next()
    {
        if (Failed || Position >= _bytes.Length) { return false; }
        FieldStart = Position;
        if (!TryVarint(out var tag) || tag > uint.MaxValue || tag < 8) { return Fail(); }
        (Field, _wire) = ((int)(tag >> 3), (int)tag & 7);
        return true;
    }

    /// <summary>Reads a number.</summary>
    public bool TryRead(out ulong value)
    {
        value = 0;
        return _wire == Varint ? TryVarint(out value) : Fail();
    }

    /// <summary>Reads what has a length.</summary>
    public bool TryRead(out ByteRange range)
    {
        range = default;
        if (_wire != Bytes || !TryVarint(out var length) || length > (ulong)(_bytes.Length - Position)) { return Fail(); }
        range = new ByteRange(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Steps over the field's value.</summary>
    public bool Skip()
    {
        switch (_wire)
        {
            case Varint:
                return TryVarint(out _);
            case Bytes:
                return TryRead(out ByteRange _);
            case Fixed64 or Fixed32:
                var size = _wire == Fixed64 ? 8 : 4;
                if (_bytes.Length - Position < size) { return Fail(); }
                Position += size;
                return true;
            default:
                return Fail();
        }
    }

    /// <summary>Reads a bare number, as packed fields have them one after another.</summary>
    public bool TryVarint(out ulong value)
    {
        value = 0;
        if (Failed) { return false; }
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (Position >= _bytes.Length) { return Fail(); }
            var part = _bytes[Position++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) { return shift < 63 || part <= 1 || Fail(); }
        }

        return Fail();
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }
}
