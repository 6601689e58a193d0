using System.Buffers.Binary;

namespace Sluice.Lab.Chain;

/// <summary>Payload of an event in Borsh order: little-endian numbers, keys as 32 bytes, text behind its length.</summary>
internal sealed class EventWriter(AccountTable accounts)
{
    private readonly byte[] _bytes = new byte[1_024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Starts a payload with the event's eight bytes, first byte first.</summary>
    public EventWriter Start(ulong discriminator)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes, discriminator);
        _length = 8;
        return this;
    }

    /// <summary>Starts a payload without a discriminator.</summary>
    public EventWriter StartPlain()
    {
        _length = 0;
        return this;
    }

    public EventWriter U8(byte value)
    {
        _bytes[_length++] = value;
        return this;
    }

    public EventWriter Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    public EventWriter I32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += 4;
        return this;
    }

    public EventWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
        return this;
    }

    public EventWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_length), value);
        _length += 2;
        return this;
    }

    public EventWriter F64(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
        return this;
    }

    public EventWriter U128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(_bytes.AsSpan(_length), value);
        _length += 16;
        return this;
    }

    public EventWriter Key(int account)
    {
        accounts[account].Key.Bytes.CopyTo(_bytes.AsSpan(_length));
        _length += 32;
        return this;
    }

    public EventWriter Zeros(int count)
    {
        _bytes.AsSpan(_length, count).Clear();
        _length += count;
        return this;
    }

    public EventWriter Text(ReadOnlySpan<byte> utf8)
    {
        I32(utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(_length));
        _length += utf8.Length;
        return this;
    }
}
