using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sluice.Schemas.Columns;

/// <summary>Values of fixed size: integers, Float64, Bool, DateTime64; with a mask before them when nullable.</summary>
public sealed class NumberColumn<T> : Column
    where T : unmanaged
{
    private readonly bool _nullable;
    private T[] _values = [];
    private byte[] _isNull = [];
    private int _count;

    /// <param name="nullable">Whether the type is Nullable(T).</param>
    public NumberColumn(bool nullable = false) => _nullable = nullable;

    public override int Count => _count;

    public override long Bytes => (long)_count * (Unsafe.SizeOf<T>() + (_nullable ? 1 : 0));

    public void Add(T value)
    {
        if (_count == _values.Length) { Grow(); }
        if (_nullable) { _isNull[_count] = 0; }
        _values[_count++] = value;
    }

    /// <summary>Appends a value or NULL to a nullable column.</summary>
    public void Add(T? value)
    {
        if (_count == _values.Length) { Grow(); }
        _isNull[_count] = value.HasValue ? (byte)0 : (byte)1;
        _values[_count++] = value.GetValueOrDefault();
    }

    public override void WriteData(IBufferWriter<byte> output, int first, int count)
    {
        if (_nullable) { output.Write(_isNull.AsSpan(first, count)); }
        output.Write(MemoryMarshal.AsBytes(_values.AsSpan(first, count)));
    }

    public override void WriteJson(Utf8JsonWriter json, int index)
    {
        if (_nullable && _isNull[index] != 0) { json.WriteNullValue(); }
        else { json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{_values[index]}")); }
    }

    public override void Clear() => _count = 0;

    internal override void Truncate(int count) => _count = Math.Min(_count, count);

    private void Grow()
    {
        var size = Math.Max(64, _values.Length * 2);
        Array.Resize(ref _values, size);
        if (_nullable) { Array.Resize(ref _isNull, size); }
    }
}
