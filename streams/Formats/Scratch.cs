using System.Buffers;

namespace Sluice.Streams.Formats;

/// <summary>A buffer a thread, for values that are rewritten before they are read.</summary>
internal static class Scratch
{
    /// <summary>A larger buffer is given up after its use, so that one huge value does not stay in memory.</summary>
    private const int KeptBytes = 4 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The empty buffer of this thread, to be given back by <see cref="Return"/> before it is rented again.</summary>
    public static ArrayBufferWriter<byte> Rent()
    {
        var buffer = _buffer ?? new ArrayBufferWriter<byte>(1 << 16);
        _buffer = null;
        return buffer;
    }

    public static void Return(ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > KeptBytes) { return; }
        buffer.ResetWrittenCount();
        _buffer = buffer;
    }
}
