using System.Buffers;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>String, kept in memory as it is sent; with a mask before it when nullable. Keys and signatures become base58.</summary>
public sealed class TextColumn : Column
{
    private readonly bool _nullable;
    private ByteBuffer _values = new();
    private ByteBuffer _isNull = new();
    private KeyTexts? _keys;
    private Signature _lastSignature;
    private int _lastStart = -1;
    private int _count;

    /// <param name="nullable">Whether the type is Nullable(String).</param>
    public TextColumn(bool nullable = false) => _nullable = nullable;

    public override int Count => _count;

    public override long Bytes => (long)_values.Length + _isNull.Length;

    /// <summary>Appends a text; null is NULL in a nullable column and empty otherwise.</summary>
    public void Add(string? value)
    {
        if (value is null) { AddNull(); }
        else
        {
            NativeText.Append(ref _values, value);
            EndValue(0);
        }
    }

    /// <summary>Appends bytes as they are; null is NULL in a nullable column and empty otherwise.</summary>
    public void Add(byte[]? value)
    {
        if (value is null) { AddNull(); }
        else
        {
            NativeText.Append(ref _values, value.AsSpan());
            EndValue(0);
        }
    }

    public void Add(in Pubkey value)
    {
        if (_keys is null) { NativeText.Append(ref _values, in value); }
        else { _keys.Append(ref _values, in value); }
        EndValue(0);
    }

    public void Add(in Pubkey? value)
    {
        if (value.HasValue) { Add(in Nullable.GetValueRefOrDefaultRef(in value)); }
        else { AddNull(); }
    }

    /// <summary>Appends base58. The swaps of one transaction follow one another, so the text before is often the same.</summary>
    public void Add(in Signature value)
    {
        var start = _values.Length;
        if (_lastStart >= 0 && value == _lastSignature) { _values.AppendOwn(_lastStart, 1 + _values.Written[_lastStart]); }
        else
        {
            NativeText.Append(ref _values, in value);
            _lastSignature = value;
        }

        _lastStart = start;
        EndValue(0);
    }

    public void Add(in Signature? value)
    {
        if (value.HasValue) { Add(in Nullable.GetValueRefOrDefaultRef(in value)); }
        else { AddNull(); }
    }

    public override void WriteData(IBufferWriter<byte> output)
    {
        output.Write(_isNull.Written);
        output.Write(_values.Written);
    }

    public override void Clear()
    {
        _values.Clear();
        _isNull.Clear();
        _lastStart = -1;
        _count = 0;
    }

    internal override void Share(KeyTexts keys) => _keys = keys;

    private void AddNull()
    {
        _values.Append(0);
        EndValue(1);
    }

    private void EndValue(byte isNull)
    {
        if (_nullable) { _isNull.Append(isNull); }
        _count++;
    }
}
