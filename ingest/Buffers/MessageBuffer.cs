using System.Diagnostics;

namespace Sluice.Ingest.Buffers;

/// <summary>A message as it comes, in a pooled buffer that grows with it. Not thread-safe.</summary>
/// <param name="first">Bytes to begin with.</param>
/// <param name="next">Bytes that it has at least once the first are full: what such messages mostly need, so that they do not move through every size.</param>
internal sealed class MessageBuffer(int first, int next = 0) : IDisposable
{
    private byte[]? _bytes = MessageBuffers.Shared.Rent(first);

    /// <summary>Bytes that have come.</summary>
    public int Length { get; private set; }

    /// <summary>What has come.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Where more is to be written: one byte at least.</summary>
    /// <param name="most">Bytes that the whole message may have.</param>
    /// <exception cref="InvalidOperationException">It has them already.</exception>
    public Memory<byte> Free(int most)
    {
        Debug.Assert(_bytes is not null, "the buffer was given away");
        if (Length >= most) { throw new InvalidOperationException($"A message has more than {most} bytes."); }
        if (Length == _bytes.Length)
        {
            var larger = MessageBuffers.Shared.Rent((int)Math.Clamp(Math.Max(Length * 2L, next), Length + 1L, most));
            Bytes.CopyTo(larger);
            MessageBuffers.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(Length, Math.Min(_bytes.Length, most) - Length);
    }

    /// <summary>So many bytes were written.</summary>
    public void Advance(int bytes) => Length += bytes;

    /// <summary>Gives the buffer away, to be returned to <see cref="MessageBuffers"/> by whoever takes it.</summary>
    public byte[] Detach()
    {
        var bytes = _bytes!;
        _bytes = null;
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes is not null) { MessageBuffers.Shared.Return(Detach()); }
    }
}
