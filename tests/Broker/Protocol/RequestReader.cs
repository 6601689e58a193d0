using System.Buffers.Binary;
using System.Text;

namespace Sluice.Tests.Broker.Protocol;

/// <summary>Reads the fields of one request, big-endian, in both encodings: classic and flexible (KIP-482).</summary>
/// <remarks>Bytes that do not fit the layout throw <see cref="InvalidDataException"/>, and the connection is closed.</remarks>
internal sealed class RequestReader(byte[] frame)
{
    private int _at;

    /// <summary>Lengths are varints plus one, and structures end with tagged fields.</summary>
    public bool Flexible { get; set; }

    public sbyte Int8() => (sbyte)Take(1)[0];

    public bool Bool() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    public string String() => NullableString() ?? throw new InvalidDataException("A string is null that must not be.");

    public string? NullableString() => Text(Flexible ? (int)UVarint() - 1 : Int16());

    /// <summary>The client id of a request header, which keeps the classic encoding in every version.</summary>
    public string? HeaderString() => Text(Int16());

    /// <summary>Bytes with their length in front, as a view of the request; null when absent.</summary>
    public ReadOnlyMemory<byte>? NullableBytes()
    {
        var length = Flexible ? (int)UVarint() - 1 : Int32();
        if (length < 0) { return null; }
        var start = _at;
        _ = Take(length);
        return frame.AsMemory(start, length);
    }

    public ReadOnlyMemory<byte> Bytes() => NullableBytes() ?? ReadOnlyMemory<byte>.Empty;

    /// <summary>Count of an array; -1 for a null array.</summary>
    public int Count()
    {
        var count = Flexible ? (int)UVarint() - 1 : Int32();
        return count <= frame.Length ? count : throw new InvalidDataException("An array claims more items than there are bytes.");
    }

    /// <summary>Reads an array of items; a null array is null.</summary>
    public List<T>? NullableArray<T>(Func<RequestReader, T> item)
    {
        var count = Count();
        if (count < 0) { return null; }
        var items = new List<T>(count);
        for (var i = 0; i < count; i++) { items.Add(item(this)); }
        return items;
    }

    public List<T> Array<T>(Func<RequestReader, T> item) => NullableArray(item) ?? [];

    /// <summary>Skips the tagged fields at the end of a structure; nothing in the classic encoding.</summary>
    public void Tags()
    {
        if (!Flexible) { return; }
        for (var left = UVarint(); left > 0; left--)
        {
            _ = UVarint();
            _ = Take((int)UVarint());
        }
    }

    private string? Text(int length) => length < 0 ? null : Encoding.UTF8.GetString(Take(length));

    private uint UVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var b = Take(1)[0];
            value |= (uint)(b & 0x7f) << shift;
            if ((b & 0x80) == 0) { return value; }
        }

        throw new InvalidDataException("A varint is longer than 5 bytes.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > frame.Length - _at) { throw new InvalidDataException("The request ends too early."); }
        var taken = frame.AsSpan(_at, length);
        _at += length;
        return taken;
    }
}
