using System.Buffers.Text;

namespace Sluice.Lab.Json;

/// <summary>
/// A growing byte buffer for UTF-8 text. It keeps its memory when cleared, so that a block costs no new memory.
/// </summary>
internal sealed class Utf8Buffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Drops everything behind a place that <see cref="Length"/> gave before.</summary>
    public void Truncate(int length) => Length = length;

    public void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        Length += utf8.Length;
    }

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Writes base58 text of data of any length.</summary>
    public void Base58(ReadOnlySpan<byte> data) => Length += Base58Text.Encode(data, Reserve((data.Length * 138 / 100) + 12));

    /// <summary>Writes padded base64 text.</summary>
    public void Base64(ReadOnlySpan<byte> data)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(data, Reserve(((data.Length + 2) / 3 * 4) + 4), out _, out var written);
        Length += written;
    }

    /// <summary>Room for at least <paramref name="count"/> bytes; <see cref="Commit"/> says how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) { Grow(count); }
        return _bytes.AsSpan(Length);
    }

    public void Commit(int count) => Length += count;

    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
}
