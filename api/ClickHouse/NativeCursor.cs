using System.Buffers.Binary;
using System.Text;

namespace Sluice.Api.ClickHouse;

/// <summary>A place in bytes of Native format. Reading beyond their end throws.</summary>
internal ref struct NativeCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int At { get; private set; }

    public readonly bool IsAtEnd => At == _bytes.Length;

    public void Advance(long count)
    {
        if (count < 0 || count > _bytes.Length - At) { throw Cut(); }
        At += (int)count;
    }

    /// <summary>Eight bytes, little-endian.</summary>
    public ulong ReadWord()
    {
        var at = At;
        Advance(8);
        return BinaryPrimitives.ReadUInt64LittleEndian(_bytes[at..]);
    }

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    public ulong ReadNumber()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var at = At;
            Advance(1);
            value |= (ulong)(_bytes[at] & 0x7f) << shift;
            if (_bytes[at] < 0x80) { return value; }
        }

        throw Cut();
    }

    public string ReadText()
    {
        var length = (long)ReadNumber();
        var at = At;
        Advance(length);
        return Encoding.UTF8.GetString(_bytes.Slice(at, (int)length));
    }

    private static InvalidDataException Cut() => new("A block in Native format ends in the middle of a value.");
}
