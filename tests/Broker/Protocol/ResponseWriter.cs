using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sluice.Tests.Broker.Protocol;

/// <summary>Writes the fields of one response, big-endian, in the encoding of its request.</summary>
internal sealed class ResponseWriter(bool flexible) : IDisposable
{
    private const int SizeBytes = 4;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length = SizeBytes;

    public void Int8(sbyte value) => Reserve(1)[0] = (byte)value;

    public void Bool(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Error(ErrorCode code) => Int16((short)code);

    /// <summary>How long the client was throttled, in ms: never.</summary>
    public void Throttle() => Int32(0);

    public void Uuid(Guid value) => _ = value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    public void String(string? value)
    {
        if (value is null)
        {
            if (flexible) { UVarint(0); } else { Int16(-1); }
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        if (flexible) { UVarint((uint)length + 1); } else { Int16((short)length); }
        _ = Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Length(value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>Record batches one after the other, as one field of bytes.</summary>
    public void Batches(List<ReadOnlyMemory<byte>> batches)
    {
        var total = 0;
        foreach (var batch in batches) { total += batch.Length; }
        Length(total);
        foreach (var batch in batches) { batch.Span.CopyTo(Reserve(batch.Length)); }
    }

    /// <summary>Count of an array, or the length of bytes; -1 for null.</summary>
    public void Length(int count)
    {
        if (flexible) { UVarint((uint)(count + 1)); } else { Int32(count); }
    }

    public void Array<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Length(items.Count);
        foreach (var item in items) { write(item); }
    }

    public void Int32Array(IReadOnlyCollection<int> items) => Array(items, Int32);

    /// <summary>Ends a structure: no tagged fields; nothing in the classic encoding.</summary>
    public void Tags()
    {
        if (flexible) { UVarint(0); }
    }

    /// <summary>The whole response with its size in front. Valid until this writer is disposed.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer, _length - SizeBytes);
        return _buffer.AsMemory(0, _length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void UVarint(uint value)
    {
        while (value >= 0x80)
        {
            Reserve(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Reserve(1)[0] = (byte)value;
    }

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var reserved = _buffer.AsSpan(_length, length);
        _length += length;
        return reserved;
    }
}
