using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>String, kept in memory as it is sent; with a mask before it when nullable. Keys, signatures and ids become their text.</summary>
public sealed class TextColumn : Column
{
    private readonly bool _nullable;
    private ByteBuffer _values = new();
    private ByteBuffer _isNull = new();
    private KeyTexts? _keys;
    private int _count;

    /// <param name="nullable">Whether the type is Nullable(String).</param>
    public TextColumn(bool nullable = false) => _nullable = nullable;

    public override int Count => _count;

    public override long Bytes => (long)_values.Length + _isNull.Length;

    private KeyTexts Keys => _keys ??= new KeyTexts();

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
        Keys.Append(ref _values, in value);
        EndValue(0);
    }

    public void Add(in Pubkey? value)
    {
        if (value.HasValue) { Add(in Nullable.GetValueRefOrDefaultRef(in value)); }
        else { AddNull(); }
    }

    public void Add(in Signature value)
    {
        Keys.Append(ref _values, in value);
        EndValue(0);
    }

    public void Add(in Signature? value)
    {
        if (value.HasValue) { Add(in Nullable.GetValueRefOrDefaultRef(in value)); }
        else { AddNull(); }
    }

    public void Add(in FindingId value)
    {
        Keys.Append(ref _values, in value);
        EndValue(0);
    }

    public override void WriteData(IBufferWriter<byte> output, int first, int count)
    {
        if (_nullable) { output.Write(_isNull.Written.Slice(first, count)); }
        var start = StartOf(first, 0, 0);
        var end = first + count == _count ? _values.Length : StartOf(first + count, first, start);
        output.Write(_values.Written[start..end]);
    }

    public override void WriteJson(Utf8JsonWriter json, int index)
    {
        if (_nullable && _isNull.Written[index] != 0)
        {
            json.WriteNullValue();
            return;
        }

        var rest = _values.Written[StartOf(index, 0, 0)..];
        var length = NativeText.ReadVarint(rest, out var used);
        json.WriteStringValue(Encoding.UTF8.GetString(rest.Slice(used, length)));
    }

    public override void Clear()
    {
        _values.Clear();
        _isNull.Clear();
        _count = 0;
    }

    internal override void Share(KeyTexts keys) => _keys = keys;

    internal override void Truncate(int count)
    {
        if (count >= _count) { return; }
        _values.Truncate(StartOf(count, 0, 0));
        if (_nullable) { _isNull.Truncate(count); }
        _count = count;
    }

    /// <summary>Where a value begins, found by walking over those before it from one whose start is known.</summary>
    private int StartOf(int index, int from, int start)
    {
        for (; from < index; from++)
        {
            var length = NativeText.ReadVarint(_values.Written[start..], out var used);
            start += used + length;
        }

        return start;
    }

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
