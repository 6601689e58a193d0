namespace Sluice.Schemas.Columns;

/// <summary>Bytes that grow at the end and keep their array when cleared.</summary>
internal struct ByteBuffer
{
    private byte[] _bytes;

    public ByteBuffer() => _bytes = [];

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>At least <paramref name="size"/> bytes to write into; <see cref="Advance"/> says how many were.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_bytes.Length - Length < size) { Array.Resize(ref _bytes, Math.Max(Length + size, Math.Max(256, _bytes.Length * 2))); }
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Cuts the bytes from <paramref name="length"/> on off.</summary>
    public void Truncate(int length) => Length = length;

    public void Clear() => Length = 0;
}
