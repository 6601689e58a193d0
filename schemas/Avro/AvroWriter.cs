using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Avro;

/// <summary>Writes Avro's binary encoding (Avro 1.11 specification, "Binary Encoding"). <see cref="Flush"/> at the end.</summary>
public ref struct AvroWriter
{
    private const int MaxVarint = 10;

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;
    private long _flushed;

    public AvroWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _span = output.GetSpan();
    }

    /// <summary>Bytes written so far.</summary>
    internal readonly long Written => _flushed + _used;

    public void Bool(bool value)
    {
        Ensure(1);
        _span[_used++] = value ? (byte)1 : (byte)0;
    }

    /// <summary>An int or a long, the index of a union's branch or of an enum's symbol: zigzag, then 7 bits a byte, lowest first.</summary>
    public void Long(long value)
    {
        Ensure(MaxVarint);
        var rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            _span[_used++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _span[_used++] = (byte)rest;
    }

    public void Double(double value)
    {
        Ensure(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_span[_used..], value);
        _used += sizeof(double);
    }

    public void Float(float value)
    {
        Ensure(sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(_span[_used..], value);
        _used += sizeof(float);
    }

    /// <summary>Text as UTF-8; null as the empty text, half a surrogate pair as U+FFFD.</summary>
    public void Text(string? value)
    {
        var text = value ?? "";
        var bytes = Encoding.UTF8.GetByteCount(text);
        Long(bytes);
        Ensure(bytes);
        _used += Encoding.UTF8.GetBytes(text, _span[_used..]);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        Ensure(value.Length);
        value.CopyTo(_span[_used..]);
        _used += value.Length;
    }

    /// <summary>Bytes that are encoded already.</summary>
    internal void Raw(ReadOnlySpan<byte> encoded)
    {
        Ensure(encoded.Length);
        encoded.CopyTo(_span[_used..]);
        _used += encoded.Length;
    }

    /// <summary>A key as base58 text.</summary>
    public void Key(in Pubkey value)
    {
        Ensure(1 + Base58.MaxChars32);
        var length = value.Format(_span[(_used + 1)..]);
        _span[_used] = (byte)(length << 1); // at most 44: one byte of varint
        _used += 1 + length;
    }

    /// <summary>A signature as base58 text.</summary>
    public void Signature(in Signature value)
    {
        Ensure(2 + Base58.MaxChars64);
        EndText(value.Format(_span[(_used + 2)..]));
    }

    /// <summary>A finding's id as text.</summary>
    public void Id(in FindingId value)
    {
        if (value.Kept is { } text)
        {
            Text(text);
            return;
        }

        Ensure(2 + FindingId.MaxBytes);
        EndText(value.Format(_span[(_used + 2)..]));
    }

    /// <summary>A decimal of scale 0 in the fewest bytes, two's complement, most significant first.</summary>
    public void Decimal(ulong value)
    {
        // The sign bit counts: 127 takes one byte, 128 takes two.
        var length = ((64 - BitOperations.LeadingZeroCount(value)) / 8) + 1;
        Ensure(1 + 9);
        _span[_used++] = (byte)(length << 1);
        if (length == 9) { _span[_used++] = 0; }
        for (var shift = (Math.Min(length, 8) - 1) * 8; shift >= 0; shift -= 8) { _span[_used++] = (byte)(value >> shift); }
    }

    /// <summary>A decimal of scale 0 in the fewest bytes, two's complement, most significant first.</summary>
    public void Decimal(Int128 value)
    {
        var length = ((128 - (int)Int128.LeadingZeroCount(Int128.IsNegative(value) ? ~value : value)) / 8) + 1;
        Ensure(1 + 16);
        _span[_used++] = (byte)(length << 1);
        for (var shift = (length - 1) * 8; shift >= 0; shift -= 8) { _span[_used++] = (byte)(value >> shift); }
    }

    /// <summary>Begins an array of <paramref name="count"/> items: one block. <see cref="EndArray"/> follows the items.</summary>
    public void BeginArray(int count)
    {
        if (count > 0) { Long(count); }
    }

    public void EndArray() => Long(0);

    /// <summary>Hands what was written to the output. The writer may go on.</summary>
    public void Flush()
    {
        _output.Advance(_used);
        _flushed += _used;
        _used = 0;
        _span = [];
    }

    /// <summary>Puts the length before a text of 64 to 8,191 bytes, which stands two bytes on: as many as the varint takes.</summary>
    private void EndText(int length)
    {
        _span[_used] = (byte)((length << 1) | 0x80);
        _span[_used + 1] = (byte)(length >> 6);
        _used += 2 + length;
    }

    private void Ensure(int size)
    {
        if (_span.Length - _used >= size) { return; }
        Flush();
        _span = _output.GetSpan(Math.Max(size, 512));
    }
}
