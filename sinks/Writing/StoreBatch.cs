using System.Buffers;
using System.Text.Json;
using Sluice.Schemas.Records;

namespace Sluice.Sinks.Writing;

/// <summary>Rows of all tables that are written together. Buffers are kept over <see cref="Clear"/>. Not thread-safe.</summary>
internal class StoreBatch
{
    private readonly List<ITableRows> _tables = [];
    private ITableRows?[] _byType = [];

    /// <summary>Rows of all tables.</summary>
    public int Rows { get; private set; }

    /// <summary>True when there is nothing to store.</summary>
    public virtual bool IsEmpty => Rows == 0;

    /// <summary>Time of the first row, as the clock's timestamp.</summary>
    public long FirstRowAt { get; set; }

    /// <summary>Ends when the batch is stored, or fails.</summary>
    public TaskCompletionSource Stored { get; private set; } = NewCompletion();

    /// <summary>Tables in the order of writing.</summary>
    public IEnumerable<ITableRows> InOrder => _tables.OrderBy(t => StoreTables.Order(t.Table));

    /// <summary>Bytes that the columns hold.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var table in _tables) { bytes += table.Bytes; }
            return bytes;
        }
    }

    public void Append<T>(in T row)
        where T : struct, IRecord
    {
        var index = RecordIndex<T>.Value;
        var table = index < _byType.Length ? _byType[index] : null;
        ((TableRows<T>)(table ?? AddTable<T>(index))).Writer.Append(in row);
        Rows++;
    }

    /// <summary>Makes the batch ready for new rows.</summary>
    public virtual void Clear()
    {
        foreach (var table in _tables) { table.Clear(); }
        Rows = 0;
        Stored = NewCompletion();
    }

    private ITableRows AddTable<T>(int index)
        where T : struct, IRecord
    {
        var table = new TableRows<T>(Tables.WriterOf<T>());
        if (index >= _byType.Length) { Array.Resize(ref _byType, index + 1); }
        _byType[index] = table;
        _tables.Add(table);
        return table;
    }

    private static TaskCompletionSource NewCompletion()
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A failure is kept by the writer; nobody has to wait for this very batch.
        _ = completion.Task.ContinueWith(t => _ = t.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        return completion;
    }

    /// <summary>A small number for each record type, so that its table is found without hashing.</summary>
    private static class RecordIndex<T>
    {
        // ReSharper disable once StaticMemberInGenericType: one a type is what is wanted.
        public static readonly int Value = Interlocked.Increment(ref RecordIndex.Last);
    }

    private static class RecordIndex
    {
        public static int Last = -1;
    }

    private sealed class TableRows<T>(IColumnWriter<T> writer) : ITableRows
        where T : struct, IRecord
    {
        public IColumnWriter<T> Writer { get; } = writer;

        public string Table => Writer.Table;

        public string Columns => Writer.ColumnList;

        public int Rows => Writer.Rows;

        public long Bytes => Writer.Bytes;

        public void WriteTo(IBufferWriter<byte> output, int first, int count) => Writer.WriteTo(output, first, count);

        public void WriteJson(Utf8JsonWriter json, int row) => Writer.WriteJson(json, row);

        public void Clear() => Writer.Clear();
    }
}

/// <summary>Rows of one table, whatever their type.</summary>
internal interface ITableRows
{
    string Table { get; }

    string Columns { get; }

    int Rows { get; }

    long Bytes { get; }

    void WriteTo(IBufferWriter<byte> output, int first, int count);

    void WriteJson(Utf8JsonWriter json, int row);

    void Clear();
}
