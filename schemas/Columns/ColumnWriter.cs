using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Sluice.Schemas.Records;

namespace Sluice.Schemas.Columns;

/// <summary>What the generated writers share: the block around their columns.</summary>
public abstract class ColumnWriter<T> : IColumnWriter<T>
    where T : struct, IRecord
{
    private readonly TableDefinition _table;
    private readonly byte[][] _headers;
    private Column[] _columns = [];

    private protected ColumnWriter(TableDefinition table)
    {
        _table = table;
        _headers = [.. table.Columns.Select(Header)];
        ColumnList = string.Join(", ", table.Columns.Select(c => $"`{c.Name}`"));
    }

    public string Table => _table.Name;

    /// <summary>Column names in the order of the block, each in backticks, comma-separated.</summary>
    public string ColumnList { get; }

    public int Rows { get; private set; }

    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var column in _columns) { bytes += column.Bytes; }
            return bytes;
        }
    }

    public void Append(in T record)
    {
        try
        {
            AppendValues(in record);
        }
        catch
        {
            foreach (var column in _columns) { column.Truncate(Rows); }
            throw;
        }

        Rows++;
    }

    public void WriteTo(IBufferWriter<byte> output) => WriteTo(output, 0, Rows);

    public void WriteTo(IBufferWriter<byte> output, int first, int count)
    {
        if (count == 0) { return; }
        var span = output.GetSpan(20);
        var used = NativeText.WriteVarint(span, (ulong)_columns.Length);
        output.Advance(used + NativeText.WriteVarint(span[used..], (ulong)count));
        for (var i = 0; i < _columns.Length; i++)
        {
            var column = _columns[i];
            if (column.Count != Rows) { ThrowUneven(i); }
            output.Write(_headers[i]);
            column.WritePrefix(output);
            column.WriteData(output, first, count);
        }
    }

    public void WriteJson(Utf8JsonWriter json, int row)
    {
        json.WriteStartObject();
        for (var i = 0; i < _columns.Length; i++)
        {
            json.WritePropertyName(_table.Columns[i].Name);
            _columns[i].WriteJson(json, row);
        }

        json.WriteEndObject();
    }

    public void Clear()
    {
        Rows = 0;
        foreach (var column in _columns) { column.Clear(); }
    }

    /// <summary>Takes the columns, in the order of the table's definition.</summary>
    private protected void Own(params Column[] columns)
    {
        _columns = columns;
        var keys = new KeyTexts();
        foreach (var column in columns) { column.Share(keys); }
    }

    private protected abstract void AppendValues(in T record);

    private static byte[] Header(ColumnDefinition column)
    {
        var buffer = new ByteBuffer();
        NativeText.Append(ref buffer, column.Name);
        NativeText.Append(ref buffer, column.Type);
        return buffer.Written.ToArray();
    }

    [DoesNotReturn]
    private void ThrowUneven(int column) => throw new InvalidOperationException(
        $"Table {Table}: column {_table.Columns[column].Name} holds {_columns[column].Count} of {Rows} rows.");
}
